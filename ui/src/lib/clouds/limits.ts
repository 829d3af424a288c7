/**
 * What a function may have with each vendor: sizes, times, and what it runs as. No capability says so; the account has
 * the last word, this only saves a person the way there. Pure.
 */

interface Limits {
  /** Sizes in MB, from and to. */
  memoryMb: readonly [number, number];
  /** Sizes in MB, where there are only some. */
  sizes?: readonly number[];
  /** Longest call; null where it depends on the plan. */
  timeoutS: number | null;
  /** Whether the timeout and the line for people can be set without new code. */
  setsAlone: boolean;
  /** What a new function gets when nobody says. */
  usualMb: number;
  usualS: number;
}

const AWS: Limits = { memoryMb: [128, 10_240], timeoutS: 900, setsAlone: true, usualMb: 128, usualS: 10 };

const LIMITS: Record<string, Limits> = {
  aws: AWS,
  google: { memoryMb: [128, 32_768], timeoutS: 3_600, setsAlone: true, usualMb: 256, usualS: 60 },
  // Those of the Flex plan; on the others the memory cannot be chosen.
  azure: {
    memoryMb: [512, 4_096],
    sizes: [512, 2_048, 4_096],
    timeoutS: null,
    setsAlone: false,
    usualMb: 2_048,
    usualS: 10,
  },
};

export function limitsOf(provider: string): Limits {
  return LIMITS[provider] ?? AWS;
}

const spaced = (mb: number) => (mb < 10_000 ? `${mb}` : `${Math.floor(mb / 1_000)} ${`${mb}`.slice(-3)}`);

/** Why a function cannot have so much memory; null when it can. */
export function memoryProblem(provider: string, mb: number): string | null {
  const { memoryMb, sizes } = limitsOf(provider);
  if (sizes) return sizes.includes(mb) ? null : 'A server on Flex has 512, 2048 or 4096 MB';
  const [least, most] = memoryMb;
  return Number.isInteger(mb) && mb >= least && mb <= most
    ? null
    : `Memory is ${least} to ${spaced(most)} MB`;
}

/** Why a call cannot take so long; null when it can. */
export function timeoutProblem(provider: string, seconds: number): string | null {
  const { timeoutS } = limitsOf(provider);
  if (!Number.isInteger(seconds) || seconds < 1) return 'The timeout is a whole number of seconds from 1 on';
  return timeoutS === null || seconds <= timeoutS ? null : `The timeout is 1 to ${timeoutS} s`;
}

export interface RoleWords {
  label: string;
  /** What it is when nobody says. */
  unsaid: string;
  /** Whether Hearth makes one when nobody says. */
  isMade: boolean;
  problem: (role: string) => string | null;
}

/** What a function runs as, in words; null where it has an identity of its own and takes none. */
export function roleWords(provider: string): RoleWords | null {
  if (provider === 'azure') return null;
  if (provider === 'google')
    return {
      label: 'Service account it runs as',
      unsaid: "the project's usual one",
      isMade: false,
      problem: (role) =>
        /^[^@\s]+@[^@\s]+$/.test(role) ? null : 'A service account is written NAME@PROJECT…',
    };
  return {
    label: 'Role it runs as',
    unsaid: 'one is made that may only write logs',
    isMade: true,
    problem: (role) => (role.startsWith('arn:') ? null : 'The role begins with arn:'),
  };
}
