/** What a person may set for a function of an account beyond its code. Values of variables stay in memory only. */

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

  /** Why it cannot go on with what is written. */
  get problem(): string | null {
    const size = this.memory.trim();
    if (size !== '' && !within(size, 128, 10_240)) return `Memory is 128 to 10 240 MB, not ${size}`;
    const seconds = this.timeout.trim();
    if (seconds !== '' && !within(seconds, 1, 900)) return `The timeout is 1 to 900 s, not ${seconds}`;
    const role = this.role.trim();
    if (role !== '' && !role.startsWith('arn:')) return 'The role begins with arn:';
    const wrong = lines(this.variables).findIndex((line) => !/^[A-Za-z_]\w*=/.test(line));
    return wrong === -1 ? null : `Variable ${wrong + 1} is not written as NAME=value`;
  }

  /** Why it cannot go on with what is written, on Azure's plan. */
  get azureProblem(): string | null {
    if (this.azurePlan === 'flex') return null;
    const plan = this.azurePlan === 'premium' ? 'Premium' : 'Consumption';
    if (this.memory.trim() !== '')
      return `On a ${plan} plan the memory cannot be chosen: leave it empty, not ${this.memory.trim()}`;
    return this.azurePlan === 'consumption' && Number(this.timeout) > 600
      ? `On a Consumption plan a call takes at most 600 s, not ${this.timeout.trim()}`
      : null;
  }

  get values() {
    const pairs = lines(this.variables).map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    });
    return {
      memoryMb: this.memory.trim() === '' ? null : Number(this.memory),
      timeoutS: this.timeout.trim() === '' ? null : Number(this.timeout),
      role: this.role.trim() === '' ? null : this.role.trim(),
      environment: pairs.length === 0 ? null : Object.fromEntries(pairs),
    };
  }
}

function within(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '');
}
