/** What a person may set for a function of an account beyond its code. Values of variables stay in memory only. */
import { memoryProblem, roleWords, timeoutProblem } from '$lib/clouds/limits';

export type AzurePlan = 'flex' | 'consumption' | 'premium';

export class Wishes {
  /** What a new app on Azure is billed by. An app that is there keeps its plan, so the usual one is not asked for. */
  azurePlan = $state<AzurePlan>('flex');
  memory = $state('');
  timeout = $state('');
  role = $state('');
  /** NAME=value, one a line. */
  variables = $state('');

  /** Begins with what the function has on this computer. */
  start(memoryMb: number, timeoutS: number): void {
    this.memory = String(memoryMb);
    this.timeout = String(timeoutS);
  }

  /** Why it cannot go on with what is written, in an account of this vendor. */
  problem(provider: string): string | null {
    if (provider === 'azure' && this.azurePlan !== 'flex') {
      const problem = this.#fixedPlan();
      if (problem !== null) return problem;
    }
    const size = this.memory.trim();
    if (size !== '') {
      const problem = memoryProblem(provider, whole(size));
      if (problem !== null) return `${problem}, not ${size}`;
    }
    const seconds = this.timeout.trim();
    if (seconds !== '') {
      const problem = timeoutProblem(provider, whole(seconds));
      if (problem !== null) return `${problem}, not ${seconds}`;
    }
    const role = this.role.trim();
    if (role !== '') {
      const problem = roleWords(provider)?.problem(role) ?? null;
      if (problem !== null) return problem;
    }
    const wrong = lines(this.variables).findIndex((line) => !/^[A-Za-z_]\w*=/.test(line));
    return wrong === -1 ? null : `Variable ${wrong + 1} is not written as NAME=value`;
  }

  #fixedPlan(): string | null {
    const plan = this.azurePlan === 'premium' ? 'Premium' : 'Consumption';
    if (this.memory.trim() !== '')
      return `On a ${plan} plan the memory cannot be chosen: leave it empty, not ${this.memory.trim()}`;
    return this.azurePlan === 'consumption' && Number(this.timeout) > 600
      ? `On a Consumption plan a call takes at most 600 s, not ${this.timeout.trim()}`
      : null;
  }

  /** What is asked of an account of this vendor; what it does not take was written for another one. */
  values(provider: string) {
    const pairs = lines(this.variables).map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    });
    const role = this.role.trim();
    return {
      memoryMb: this.memory.trim() === '' ? null : Number(this.memory),
      timeoutS: this.timeout.trim() === '' ? null : Number(this.timeout),
      role: role === '' || roleWords(provider) === null ? null : role,
      environment: pairs.length === 0 ? null : Object.fromEntries(pairs),
    };
  }
}

/** Not a number unless it is a whole one. */
function whole(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '');
}
