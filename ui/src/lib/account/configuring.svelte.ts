/**
 * What a person wants to change of the settings of a function in an account: memory, timeout, the line for people, and
 * values of variables. Owns what becomes of variables that are not written again, which vendors do not agree on. Values stay in memory only.
 */
import type { CloudChange } from '$lib/api/generated/CloudChange';
import type { FunctionConfiguration } from '$lib/api/generated/FunctionConfiguration';
import { limitsOf, memoryProblem, timeoutProblem } from '$lib/clouds/limits';

export interface Wanted {
  name: string;
  /** Null takes it away. */
  value: string | null;
  fresh: boolean;
}

export class Configuring {
  memoryMb = $state<number | null>(null);
  timeoutS = $state<number | null>(null);
  description = $state('');
  variables = $state<Wanted[]>([]);
  readonly before: FunctionConfiguration;
  readonly provider: string;

  constructor(before: FunctionConfiguration, provider: string) {
    this.before = before;
    this.provider = provider;
    this.memoryMb = before.memoryMb;
    this.timeoutS = before.timeoutS;
    this.description = before.description;
  }

  /** Whether what is not written again goes away: so on AWS and Google, while Azure keeps all others. */
  get replaces(): boolean {
    return this.provider !== 'azure';
  }

  /** Why the memory cannot be chosen; null where it can. */
  get memoryFixed(): string | null {
    const plan = this.before.billedAs?.plan ?? '';
    return this.provider === 'azure' && plan !== 'azureFlex'
      ? 'Only on a Flex plan can the memory be chosen'
      : null;
  }

  /** Whether the timeout and the line for people go with the code, and cannot be set alone. */
  get goesWithCode(): boolean {
    return !limitsOf(this.provider).setsAlone;
  }

  /** Names that the function has and nobody touched. */
  get untouched(): string[] {
    return this.before.environmentNames.filter((name) => !this.variables.some((one) => one.name === name));
  }

  /** Those that the change takes away. */
  get lost(): string[] {
    if (!this.replaces || this.variables.length === 0) return [];
    const gone = this.variables.filter((one) => one.value === null).map((one) => one.name);
    return [...this.untouched, ...gone].sort();
  }

  get changed(): boolean {
    const { memoryMb, timeoutS, description } = this.before;
    return (
      this.memoryMb !== memoryMb ||
      this.timeoutS !== timeoutS ||
      this.description !== description ||
      this.variables.length > 0
    );
  }

  /** Why it cannot be reviewed; null when it can. */
  get why(): string | null {
    if (!this.changed) return 'Nothing is changed';
    if (this.memoryMb !== this.before.memoryMb) {
      const size = this.memoryMb;
      if (size === null || !Number.isInteger(size)) return 'Write the memory in whole MB';
      const problem = memoryProblem(this.provider, size);
      if (problem !== null) return problem;
    }
    if (this.timeoutS !== this.before.timeoutS) {
      const problem = timeoutProblem(this.provider, this.timeoutS ?? NaN);
      if (problem !== null) return problem;
    }
    const names = this.variables.map((one) => one.name.trim());
    if (names.includes('')) return 'Write the name of each variable';
    const odd = names.find((name) => !/^[A-Za-z]\w*$/.test(name));
    if (odd !== undefined) return `${odd} is no name: use letters, digits and _, and begin with a letter`;
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) return `${twice} is there twice`;
    const known = this.variables.find(
      (one) => one.fresh && this.before.environmentNames.includes(one.name.trim()),
    );
    return known ? `${known.name.trim()} is there already: replace it` : null;
  }

  get change(): CloudChange {
    const set = this.variables.flatMap(({ name, value }): [string, string][] =>
      value === null ? [] : [[name.trim(), value]],
    );
    return {
      kind: 'configure',
      runtime: null,
      handler: null,
      timeoutS: this.timeoutS === this.before.timeoutS ? null : this.timeoutS,
      description: this.description === this.before.description ? null : this.description,
      memoryMb: this.memoryMb === this.before.memoryMb ? null : this.memoryMb,
      environment: this.variables.length === 0 ? null : Object.fromEntries(set),
    };
  }
}
