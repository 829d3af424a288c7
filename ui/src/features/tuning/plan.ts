/** From what a person typed to a plan, or why it is none yet. Pure. */
import type { TuningPlan } from '$lib/api/generated/TuningPlan';

/** What the form holds. Numbers are null while their field is empty. */
export interface Draft {
  name: string | null;
  sizes: string;
  runs: number | null;
  coldRuns: number | null;
  events: { event: string; weight: number | null }[];
  parallel: boolean;
}

export const FIRST_SIZES = '128, 256, 512, 1024';

export function emptyDraft(name: string | null): Draft {
  return {
    name,
    sizes: FIRST_SIZES,
    runs: 20,
    coldRuns: 3,
    events: [{ event: '{}', weight: 1 }],
    parallel: false,
  };
}

/** The sizes of a text such as "128, 256 512", ascending and each once; or what is wrong with it. */
export function sizesOf(text: string): number[] | string {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  if (words.length === 0) return 'Write at least one memory size';
  const sizes: number[] = [];
  for (const word of words) {
    const size = /^\d+$/.test(word) ? Number(word) : NaN;
    if (Number.isNaN(size)) return `${word} is not a memory size in MB`;
    if (size < 128 || size > 10_240) return `Memory is 128 to 10 240 MB, not ${word}`;
    sizes.push(size);
  }
  const once = [...new Set(sizes)].sort((a, b) => a - b);
  return once.length > 20 ? `At most 20 sizes, not ${once.length}` : once;
}

/**
 * Where the function is that a form names: one of an account by account, region and name with slashes between, as no
 * function of this computer is called.
 */
export function placeOf(name: string): { name: string; account?: string; region?: string } {
  const parts = name.split('/');
  const last = parts.pop() ?? name;
  const region = parts.pop();
  return region === undefined || parts.length === 0
    ? { name }
    : { name: last, region, account: parts.join('/') };
}

function whole(value: number | null, from: number, to: number): boolean {
  return value !== null && Number.isInteger(value) && value >= from && value <= to;
}

/** The plan, or what the person has to do first. */
export function planOf(draft: Draft): TuningPlan | string {
  if (draft.name === null) return 'Choose a function';
  const memoryMb = sizesOf(draft.sizes);
  if (typeof memoryMb === 'string') return memoryMb;
  if (!whole(draft.runs, 1, 1_000)) return 'Warm calls are 1 to 1 000';
  if (!whole(draft.coldRuns, 0, 100)) return 'Cold starts are 0 to 100';
  for (const [index, { event, weight }] of draft.events.entries()) {
    const which = draft.events.length === 1 ? 'The event' : `Event ${index + 1}`;
    if (!whole(weight, 1, 1_000)) return `${which} weighs 1 to 1 000`;
    try {
      JSON.parse(event);
    } catch {
      return `${which} is not JSON`;
    }
  }
  return {
    ...placeOf(draft.name),
    memoryMb,
    runs: draft.runs ?? 1,
    coldRuns: draft.coldRuns ?? 0,
    events: draft.events.map(({ event, weight }) => ({ event, weight: weight ?? 1 })),
    parallel: draft.parallel,
  };
}
