/** The streams of the dock: log tails of functions and outputs of runs. Owns which are there and how high the dock is. */

export interface Stream {
  id: string;
  kind: 'tail' | 'run';
  /** The function's name. */
  name: string;
  /** Of a run. */
  requestId: string | null;
  /** Whether the run is known to have begun: before that there is nothing to ask for. */
  begun: boolean;
}

export const DOCK_LEAST = 120;
const HEIGHT_KEY = 'hearth dock height';
/** More tabs than this are too many to tell apart: the oldest goes. */
const MOST = 8;

function keptHeight(): number {
  const kept = Number(localStorage.getItem(HEIGHT_KEY));
  return Number.isFinite(kept) && kept >= DOCK_LEAST ? kept : 200;
}

class Dock {
  streams = $state.raw<readonly Stream[]>([]);
  active = $state<string | null>(null);
  open = $state(false);
  #height = $state(keptHeight());

  get height(): number {
    return this.#height;
  }

  /** Kept for the next time the window is opened. */
  set height(px: number) {
    this.#height = px;
    localStorage.setItem(HEIGHT_KEY, String(Math.round(px)));
  }

  get shown(): Stream | null {
    return this.streams.find((stream) => stream.id === this.active) ?? null;
  }

  /** Follows the logs of a function. */
  tail(name: string): void {
    this.#show({ id: `tail ${name}`, kind: 'tail', name, requestId: null, begun: true });
  }

  /** Shows what a run says and answers. */
  run(name: string, requestId: string, begun = true): void {
    this.#show({ id: `run ${requestId}`, kind: 'run', name, requestId, begun });
  }

  /** Whether the logs of a function are in sight. */
  isTailing(name: string): boolean {
    return this.open && this.active === `tail ${name}`;
  }

  choose(id: string): void {
    this.active = id;
  }

  close(id: string): void {
    const at = this.streams.findIndex((stream) => stream.id === id);
    this.streams = this.streams.filter((stream) => stream.id !== id);
    if (this.active === id) this.active = (this.streams[at] ?? this.streams.at(-1))?.id ?? null;
    if (this.streams.length === 0) this.open = false;
  }

  toggle(): void {
    this.open = !this.open;
  }

  #show(stream: Stream): void {
    if (!this.streams.some((other) => other.id === stream.id))
      this.streams = [...this.streams.slice(1 - MOST), stream];
    this.active = stream.id;
    this.open = true;
  }
}

export const dock = new Dock();
