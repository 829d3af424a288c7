/**
 * Which instant a stage shows: now, or a moment of the recorded session that plays at some speed.
 * Owns the clock, the mode and when a picture has to move; must not know canvases or commands.
 */
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { LanesSnapshot } from '$lib/api/generated/LanesSnapshot';
import { HearthClock } from './clock';
import { isAlive, StageModel } from './model';
import { stepFrom } from './sweep';
import { StageZoom } from './zoom.svelte';

/** The picture is this far behind, so that events are there before their moment is shown. */
const LAG_US = 120_000;
/** How long a picture goes on after the last change: dots fall, freezes and reaps fade. */
const SETTLE_US = 800_000;
/** A folded stretch is crossed in this much wall time, however long it was. */
const FOLD_MS = 700;

export const SPEEDS = [0.25, 1, 5, 20, 60] as const;
/** At now, this speed does not play anything: it hurries the keep-alive of the local runtime. */
export const FASTEST = 60;

export class StagePlayer {
  readonly model: StageModel;
  readonly clock = new HearthClock();
  readonly zoom = new StageZoom();
  mode = $state<'live' | 'playback'>('live');
  playing = $state(true);
  speed = $state<number>(1);
  /** Grows when the picture changed for another reason than time. */
  wakes = $state(0);
  /** The instant that words and figures show, four times a second at most. */
  shownUs = $state(0);
  /** Changes with the model, no faster than `shownUs`. */
  shownRevision = $state(0);
  /** The instant of the picture; not reactive, it changes each frame. */
  atUs = 0;

  constructor(functionId: string | null) {
    this.model = new StageModel(functionId);
  }

  /** Takes a snapshot of what happened since `fromUs`, asked for at `askedMs`. */
  load(snapshot: LanesSnapshot, fromUs: number, askedMs: number): void {
    this.clock.align(snapshot.nowUs, askedMs);
    this.model.load(snapshot, fromUs);
    // A picture that is opened when no server is left shows the last thing that happened.
    if (this.mode === 'live' && this.playing) {
      const nowUs = this.#liveUs();
      const going = this.model.isActive(nowUs) || this.#lives(nowUs);
      const restUs = going ? nowUs : Math.min(nowUs, this.model.lastUs + SETTLE_US);
      this.atUs = Math.max(this.atUs, this.model.originUs, restUs);
    }
    this.show();
    this.wakes++;
  }

  apply(events: readonly HearthEvent[]): void {
    let changed = false;
    for (const event of events) {
      if (event.kind === 'environment_changed') this.clock.atLeast(event.transition.atUs);
      else if (event.kind === 'invocation_started') this.clock.atLeast(event.atUs);
      changed = this.model.apply(event) || changed;
    }
    if (changed) this.wakes++;
  }

  /** Whether the picture moves by itself. */
  get moving(): boolean {
    if (!this.playing) return false;
    if (this.mode === 'playback') return this.atUs < this.endUs;
    return this.atUs < this.model.lastUs + SETTLE_US || this.model.isActive(this.atUs);
  }

  /** The newest instant there is to show. */
  get endUs(): number {
    return Math.max(this.model.lastUs + SETTLE_US, this.mode === 'live' ? this.atUs : 0);
  }

  /** Goes on by `elapsedMs` of wall time. */
  advance(elapsedMs: number): void {
    // A picture at rest is drawn again for other reasons too, and stays where it is.
    if (!this.moving) return;
    if (this.mode === 'live') {
      this.atUs = Math.max(this.atUs, this.#liveUs());
      return;
    }
    const fold = this.zoom.foldAt(this.model, this.atUs);
    const pace = fold ? Math.max(this.speed, (fold[1] - fold[0]) / 1000 / FOLD_MS) : this.speed;
    this.atUs += Math.min(elapsedMs, 100) * 1000 * pace;
    if (this.atUs >= this.endUs) this.#arrive();
  }

  /** Whether figures grow although nothing moves: servers rest, and grow older. */
  get ages(): boolean {
    return this.playing && this.mode === 'live' && !this.moving && this.#lives(this.atUs);
  }

  /** Now, while nothing moves: what has an age is true again. */
  age(): void {
    if (!this.ages) return;
    this.atUs = Math.max(this.atUs, this.#liveUs());
    this.show();
  }

  /** Words and figures follow the picture now. */
  show(): void {
    this.shownUs = this.atUs;
    this.shownRevision = this.model.revision;
  }

  /** Back to now, moving: sending does this. A hurried keep-alive stays hurried. */
  live(): void {
    if (this.mode === 'playback') this.speed = 1;
    this.mode = 'live';
    this.playing = true;
    this.atUs = this.#liveUs();
    this.wakes++;
  }

  toggle(): void {
    if (!this.playing && this.mode === 'playback' && this.atUs >= this.endUs) {
      this.live();
      return;
    }
    this.playing = !this.playing;
    // What happens while a live picture rests is played, not jumped over.
    if (this.playing && this.mode === 'live' && this.clock.nowUs - this.atUs > 2 * LAG_US) {
      if (this.model.lastUs > this.atUs) this.mode = 'playback';
    }
    this.wakes++;
  }

  /** To the event before or after, standing still. */
  step(direction: 1 | -1): void {
    const next = stepFrom(this.model, this.atUs, direction);
    if (next !== null) this.scrub(next + 500);
  }

  /** To an instant, standing still. */
  scrub(atUs: number): void {
    this.mode = 'playback';
    this.playing = false;
    this.atUs = Math.max(this.model.originUs, Math.min(atUs, this.endUs));
    this.zoom.reveal(this.atUs);
    this.show();
    this.wakes++;
  }

  /**
   * Playback of the session from where it stands, at another speed; from its beginning when it stands at now. At now
   * the highest speed plays nothing.
   */
  setSpeed(speed: number): void {
    this.speed = speed;
    if (this.mode === 'live' && speed !== 1 && speed !== FASTEST) {
      this.mode = 'playback';
      this.atUs = this.model.originUs;
    }
    this.wakes++;
  }

  clear(): void {
    this.model.clear(this.clock.nowUs);
    this.live();
    this.show();
  }

  #liveUs(): number {
    return Math.max(this.model.originUs, this.clock.nowUs - LAG_US);
  }

  #lives(atUs: number): boolean {
    return this.model.servers.some((server) => isAlive(server, atUs));
  }

  #arrive(): void {
    this.live();
  }
}
