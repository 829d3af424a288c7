/**
 * Deploying here: one job at a time for the window. A drop leads straight to the function's Test page; what is chosen
 * on the Deploy screen goes step by step there.
 */
import { SvelteMap } from 'svelte/reactivity';
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { Deployed } from '$lib/api/generated/Deployed';
import type { DeployRequest } from '$lib/api/generated/DeployRequest';
import type { Detected } from '$lib/api/generated/Detected';
import { host, type Destination, type Dropped, type Picked } from '$lib/host';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';

export type Phase = 'idle' | 'reading' | 'inspecting' | 'review' | 'deploying' | 'done' | 'failed';

/** What a person may change before a deploy goes on. */
export type Changes = Partial<Omit<DeployRequest, 'source'>>;

class Deploying {
  phase = $state<Phase>('idle');
  picked = $state.raw<Picked | null>(null);
  detected = $state.raw<Detected | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** What a deploy that went step by step has made, and how long it took. */
  deployed = $state.raw<(Deployed & { tookMs: number }) | null>(null);
  /** Share of the folder that was read and packed, 0 to 1. */
  share = $state(0);
  /** Events that fit functions deployed in this window, by name. */
  readonly suggested = new SvelteMap<string, string>();
  #round = 0;
  /** What was dropped while a job went on. */
  #waiting: (() => Promise<void>)[] = [];
  #run = false;
  /** Whether the person saw the steps of this job. */
  #stepwise = false;
  /** Whether the person came to the Deploy screen by themselves, and not with a drop that needed a look. */
  #here = false;

  get busy(): boolean {
    return this.phase === 'reading' || this.phase === 'inspecting' || this.phase === 'deploying';
  }

  /** What a drop carried. While a job goes on it waits for its turn: nothing that was dropped is lost. */
  drop(data: Dropped): void {
    this.#next(() => this.#take((progress) => host().dropped(data, progress)));
  }

  /** A folder that the operating system dropped; it waits for its turn too. */
  dropPath(picked: Picked): void {
    this.#next(() => this.start(picked));
  }

  choose(): void {
    if (this.busy) return;
    void this.#take((progress) => host().pickFolder(progress));
  }

  path(path: string): void {
    const label = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
    void this.start({ source: { kind: 'path', path }, label });
  }

  /** Takes a folder to the steps that bring it to a function of an account, as it was begun once. */
  again(path: string, to: Destination): void {
    const label = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
    this.#next(async () => {
      router.go('deploy');
      await this.start({ source: { kind: 'path', path }, label, to });
    });
  }

  /** Deploys a sample; `run` also runs it at once, since a person asked for that. */
  sample(name: string, run = false): void {
    void this.start({ source: { kind: 'sample', sample: name }, label: name }, run);
  }

  /** Takes the code of a function that is here to the steps: where else it shall live is asked. */
  function(name: string): void {
    if (this.busy) {
      overlays.toast('Something else is being deployed', { tone: 'info' });
      return;
    }
    router.go('deploy');
    void this.start({ source: { kind: 'function', name }, label: name });
  }

  #next(job: () => Promise<void>): void {
    if (!this.busy) {
      void job();
      return;
    }
    this.#waiting.push(job);
    overlays.toast('The next folder waits until this one is deployed', { tone: 'info' });
  }

  async #take(
    from: (progress: (done: number, total: number) => void) => Promise<Picked | null>,
  ): Promise<void> {
    const round = this.#begin('reading');
    try {
      const picked = await from((done, total) => {
        if (round === this.#round) this.share = total === 0 ? 1 : done / total;
      });
      if (round !== this.#round) return;
      if (picked === null) this.reset();
      else await this.start(picked);
    } catch (thrown) {
      if (round === this.#round) this.#fail(asApiError(thrown));
    }
  }

  /** Looks at the code; deploys at once when nothing stands in the way. */
  async start(picked: Picked, run = false): Promise<void> {
    const round = this.#begin('inspecting');
    this.#run = run;
    // A sample is known, and was asked for by its name.
    this.#stepwise =
      picked.to !== undefined ||
      picked.source.kind === 'function' ||
      (this.#here && picked.source.kind !== 'sample');
    this.picked = picked;
    try {
      const detected = await call('deploy_inspect', { source: picked.source });
      if (round !== this.#round) return;
      this.detected = detected;
      const clear = detected.runtime !== null && detected.handler !== null && detected.engineAvailable;
      if (clear && !this.#stepwise) {
        await this.go({});
      } else {
        this.#stepwise = true;
        this.phase = 'review';
        router.go('deploy');
      }
    } catch (thrown) {
      if (round === this.#round) this.#fail(asApiError(thrown));
    }
  }

  /** Deploys what was picked, with changes. */
  async go(changes: Changes): Promise<void> {
    if (!this.picked) return;
    const round = ++this.#round;
    this.phase = 'deploying';
    this.error = null;
    const began = performance.now();
    try {
      const deployed = await call('deploy', {
        source: this.picked.source,
        name: null,
        runtime: null,
        handler: null,
        memoryMb: null,
        timeoutS: null,
        environment: null,
        ...changes,
      });
      if (round === this.#round) this.#done(deployed, performance.now() - began);
    } catch (thrown) {
      if (round === this.#round) this.#fail(asApiError(thrown));
    }
  }

  #done(deployed: Deployed, tookMs: number): void {
    const { name, version } = deployed.function;
    this.suggested.set(name, deployed.suggestedEvent);
    if (this.#stepwise && this.#waiting.length === 0) {
      this.phase = 'done';
      this.deployed = { ...deployed, tookMs };
      return;
    }
    this.reset();
    // A new function shows itself on its page; that an old one has changed would go unseen.
    if (!deployed.created) overlays.toast(`${name} is now version ${version}`);
    router.go('function', [name, 'test'], this.#run ? { run: '1' } : {});
  }

  #begin(phase: Phase): number {
    if (router.route.screen !== 'deploy') this.#here = false;
    else if (this.phase === 'idle' || this.phase === 'done') this.#here = true;
    this.phase = phase;
    this.error = null;
    this.detected = null;
    this.deployed = null;
    this.share = 0;
    return ++this.#round;
  }

  #fail(error: ApiError): void {
    const next = this.#waiting.shift();
    if (next) {
      // The next job takes the place where the error would stand.
      overlays.failed(`${this.picked?.label ?? 'The folder'} was not deployed`, error);
      void next();
      return;
    }
    this.phase = 'failed';
    this.error = error;
    // Where the drop came from shows the error itself when it can; any other screen gives way to the one that does.
    if (router.route.screen !== 'home' && router.route.screen !== 'deploy') router.go('deploy');
  }

  /** Forgets the job; what the runtime has finished already stays. What waits has its turn. */
  reset(): void {
    this.#round += 1;
    this.phase = 'idle';
    this.picked = null;
    this.detected = null;
    this.deployed = null;
    this.error = null;
    const next = this.#waiting.shift();
    if (next) void next();
  }
}

export const deploying = new Deploying();
