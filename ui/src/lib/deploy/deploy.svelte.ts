/**
 * Deploying here: one job at a time for the window. A drop is deployed and run at once, and seen on the function's Test
 * page; what is chosen on the Deploy screen goes step by step there.
 */
import { SvelteMap } from 'svelte/reactivity';
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { Deployed } from '$lib/api/generated/Deployed';
import type { DeployRequest } from '$lib/api/generated/DeployRequest';
import type { Detected } from '$lib/api/generated/Detected';
import { host, type Destination, type Dropped, type Picked, type Watch } from '$lib/host';
import { app } from '$lib/state/app.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';
import { Container } from './image.svelte';

export type Phase = 'idle' | 'reading' | 'inspecting' | 'review' | 'deploying' | 'done' | 'failed';

/** What a person may change before a deploy goes on. */
export type Changes = Partial<Omit<DeployRequest, 'source'>>;

/** What a deploy is of: code that was picked and looked at, or a container image, of which nothing is read here. */
export type Job = { picked: Picked; detected: Detected } | Container;

class Deploying {
  phase = $state<Phase>('idle');
  picked = $state.raw<Picked | null>(null);
  detected = $state.raw<Detected | null>(null);
  /** The container image that is deployed, when it is none of code. */
  container = $state.raw<Container | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** What a deploy that went step by step has made, and how long it took. */
  deployed = $state.raw<(Deployed & { tookMs: number }) | null>(null);
  /** Share of the folder that was read and packed, 0 to 1. */
  share = $state(0);
  /** Events that fit functions deployed in this window, by name. */
  readonly suggested = new SvelteMap<string, string>();
  /** What was left half-done when something new was begun, until it is taken up again. */
  left = $state.raw<Job | null>(null);
  /** The name of what is being taken, before anything of it was read. */
  #named = $state('');
  #round = 0;
  #abort = new AbortController();
  /** What was dropped while a job went on. */
  #waiting: (() => Promise<void>)[] = [];
  #run = false;
  /** The function that gets the code; null: the one that the code names. */
  #into: string | null = null;
  /** Whether the person saw the steps of this job. */
  #stepwise = false;
  /** Whether the person came to the Deploy screen by themselves, and not with a drop that needed a look. */
  #here = false;

  get busy(): boolean {
    return this.phase === 'reading' || this.phase === 'inspecting' || this.phase === 'deploying';
  }

  /** What the job is about, in the words of whoever dropped or chose it; empty before that is known. */
  get label(): string {
    return this.picked?.label ?? this.container?.image.trim() ?? this.#named;
  }

  /** What is deployed, once that is known. */
  get job(): Job | null {
    if (this.container) return this.container;
    return this.picked && this.detected ? { picked: this.picked, detected: this.detected } : null;
  }

  /** What a drop carried. While a job goes on it waits for its turn: nothing that was dropped is lost. */
  drop(data: Dropped): void {
    const name = data.entries[0]?.name ?? data.files[0]?.name ?? '';
    this.#next(() => this.#take((watch) => host().dropped(data, watch), name));
  }

  /** A folder that the operating system dropped; it waits for its turn too. */
  dropPath(picked: Picked): void {
    this.#next(() => this.start(picked));
  }

  choose(): void {
    if (this.busy) return;
    void this.#take((watch) => host().pickFolder(watch));
  }

  /** Begins anew on the Deploy screen. What was half-done there is kept beside it. */
  anew(): void {
    if (!this.busy && this.phase !== 'idle') {
      this.#leave();
      this.reset();
    }
    router.go('deploy');
  }

  /** Takes up what was left half-done, where it was left. */
  resume(): void {
    const { left } = this;
    if (this.busy || left === null) return;
    this.#begin('review');
    // What was half-done here has taken its place already.
    if (this.left === left) this.left = null;
    this.#stepwise = true;
    if (left instanceof Container) this.container = left;
    else {
      this.picked = left.picked;
      this.detected = left.detected;
    }
  }

  /** Takes a container image to the steps, in the place of code; `to` is the function that it is for. */
  image(to?: Destination): void {
    if (this.busy) {
      overlays.toast('Something else is being deployed', { tone: 'info' });
      return;
    }
    router.go('deploy');
    // Who only looked at the other source finds what they had written.
    if (to === undefined && this.left instanceof Container) {
      this.resume();
      return;
    }
    this.#begin('review');
    this.#stepwise = true;
    this.container = new Container(to ?? null);
  }

  /** From a container image back to code. What was written of the image is kept. */
  code(): void {
    if (this.container === null) return;
    this.#leave();
    this.reset();
  }

  forget(): void {
    this.left = null;
  }

  /** A folder whose code becomes the next version of a function that is here. */
  newCode(name: string): void {
    if (this.busy) return;
    void this.#take((watch) => host().pickFolder(watch), '', name);
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

  /** Keeps a job that waits for a person. */
  #leave(): void {
    const waits = this.phase === 'review' || this.phase === 'failed';
    const { job } = this;
    // An image of which nothing is written is nothing to go on with.
    if (waits && job && !(job instanceof Container && job.image.trim() === '')) this.left = job;
  }

  async #take(
    from: (watch: Watch) => Promise<Picked | null>,
    name = '',
    into: string | null = null,
  ): Promise<void> {
    const before = this.left;
    const round = this.#begin('reading', name);
    const { signal } = this.#abort;
    try {
      const progress = (done: number, total: number): void => {
        if (round === this.#round) this.share = total === 0 ? 1 : done / total;
      };
      const picked = await from({ progress, signal });
      if (round !== this.#round) return;
      if (picked !== null) {
        // Its other code takes the place of the steps that it was asked for in.
        if (into !== null) this.left = before;
        await this.start(picked, false, into);
      } else {
        // A person changed their mind: what stood there stands there again.
        const hid = this.left !== before;
        this.reset();
        if (hid) this.resume();
      }
    } catch (thrown) {
      if (round === this.#round) this.#fail(asApiError(thrown));
    }
  }

  /** Looks at the code; deploys at once when nothing stands in the way. */
  async start(picked: Picked, run = false, into: string | null = null): Promise<void> {
    const round = this.#begin('inspecting', picked.label);
    const { kind } = picked.source;
    this.#into = into;
    // A sample is known, and was asked for by its name.
    this.#stepwise =
      picked.to !== undefined || kind === 'function' || into !== null || (this.#here && kind !== 'sample');
    // Who drops a folder wants to see it run.
    this.#run = run || (!this.#stepwise && kind !== 'sample');
    this.picked = picked;
    try {
      const detected = await call('deploy_inspect', { source: picked.source });
      if (round !== this.#round) return;
      this.detected = this.#into === null ? detected : { ...detected, name: this.#into };
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
    // What waits begins at once, and is another job.
    const run = this.#run;
    this.reset();
    // A new function shows itself on its page; that an old one has changed would go unseen.
    if (!deployed.created) overlays.toast(`${name} is now version ${version}`);
    router.go('function', [name, 'test'], run ? { run: '1' } : {});
  }

  #begin(phase: Phase, name = ''): number {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#leave();
    if (router.route.screen !== 'deploy') this.#here = false;
    else if (this.phase === 'idle' || this.phase === 'done') this.#here = true;
    this.phase = phase;
    this.#named = name;
    this.#into = null;
    this.picked = null;
    this.container = null;
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
      overlays.failed(`${this.label || 'The folder'} was not deployed`, error);
      void next();
      return;
    }
    this.phase = 'failed';
    this.error = error;
    // Where the drop came from shows the error itself when it can; any other screen gives way to the one that does.
    // Home can as long as there is no function: afterwards it shows charts.
    const { screen } = router.route;
    const isFirstRun = screen === 'home' && (app.functions.data?.total ?? 0) === 0;
    if (!isFirstRun && screen !== 'deploy') router.go('deploy');
  }

  /** Forgets the job; what the runtime has finished already stays. What waits has its turn. */
  reset(): void {
    this.#abort.abort();
    this.#round += 1;
    this.phase = 'idle';
    this.#named = '';
    this.picked = null;
    this.detected = null;
    this.container = null;
    this.deployed = null;
    this.error = null;
    const next = this.#waiting.shift();
    if (next) void next();
  }
}

export const deploying = new Deploying();
