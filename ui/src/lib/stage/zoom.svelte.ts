/**
 * What a person made of a stage's axis, and the view that follows from it. Owns the chosen scale and place; must not
 * know canvases or when a picture moves.
 */
import { scaleOf, usAt, viewAt, WINDOW_US, xOf, type View } from './axis';
import type { StageModel } from './model';
import {
  burstEnd,
  fitScale,
  FOLD_PX,
  foldedView,
  happenings,
  QUIET_US,
  ZOOM_US,
  type Anchor,
  type Stretch,
} from './zoom';

/** While time flows, less than this would only flash by. */
const LEAST_FLOW_US = 4_000_000;
const STEP = 1.6;

export class StageZoom {
  /** The scale that was chosen, and what stays in its place; none while what happened is fitted. */
  chosen = $state.raw<{ usPerPx: number; anchor: Anchor | null } | null>(null);
  /** What is drawn; not reactive, it changes each frame. */
  shown: View | null = null;
  /** The same for words and pictures beside it, four times a second at most. */
  told = $state.raw<View | null>(null);
  #all: readonly Stretch[] = [];
  #work: readonly Stretch[] = [];
  #revision = -1;
  #model: StageModel | null = null;
  #view: View | null = null;
  #key = '';

  /** Words follow the picture now. */
  tell(): void {
    this.told = this.shown;
  }

  /** What happened fills the width again. */
  fit(): void {
    this.chosen = null;
  }

  /** Nearer (1) or further away (-1), around a place; without one around the middle. */
  step(direction: 1 | -1): void {
    this.by(direction === 1 ? 1 / STEP : STEP);
  }

  /** A pixel stands for `factor` times as long; what is at `x` stays there. */
  by(factor: number, x?: number): void {
    const view = this.shown;
    if (!view) return;
    const usPerPx = Math.min(
      ZOOM_US.most / view.width,
      Math.max(ZOOM_US.least / view.width, scaleOf(view) * factor),
    );
    const place = x ?? view.width / 2;
    this.chosen = { usPerPx, anchor: { us: usAt(view, place), x: place } };
  }

  /** Moves the picture sideways. */
  pan(px: number): void {
    const view = this.shown;
    if (!view?.folded) return;
    const x = view.width / 2;
    this.chosen = { usPerPx: scaleOf(view), anchor: { us: usAt(view, x), x: x + px } };
  }

  /** The view while time flows; now stands at the right. */
  flowing(atUs: number, originUs: number, width: number, paged: boolean): View {
    const chosenUs = (this.chosen?.usPerPx ?? 0) * width;
    if (this.chosen && chosenUs < LEAST_FLOW_US) this.chosen = null;
    else if (this.chosen?.anchor) this.chosen = { ...this.chosen, anchor: null };
    return viewAt(atUs, originUs, width, this.chosen ? chosenUs : WINDOW_US, paged);
  }

  /** The view of a moment that rests; the same object while nothing changed. */
  resting(model: StageModel, atUs: number, width: number): View {
    this.#read(model);
    const burstUs = burstEnd(this.#all, atUs);
    const endUs = Math.max(atUs, burstUs);
    const key = `${this.#revision} ${endUs} ${width} ${this.chosen?.usPerPx} ${this.chosen?.anchor?.us} ${this.chosen?.anchor?.x}`;
    if (this.#view && key === this.#key) return this.#view;
    const usPerPx = this.chosen?.usPerPx ?? fitScale(this.#all, this.#work, burstUs, width);
    const view = foldedView(this.#all, { width, endUs, usPerPx, anchor: this.chosen?.anchor ?? null });
    this.#key = key;
    this.#view = view;
    return view;
  }

  /** Brings an instant back into the picture: it was stepped or scrubbed to. */
  reveal(atUs: number): void {
    const { chosen, shown } = this;
    if (!chosen || !shown) return;
    const x = xOf(shown, atUs);
    if (x < 0 || x > shown.width) this.chosen = { ...chosen, anchor: { us: atUs, x: shown.width * 0.6 } };
  }

  /** The idle stretch around an instant that is folded now; none when time goes on evenly. */
  foldAt(model: StageModel, atUs: number): Stretch | null {
    const usPerPx = this.shown?.folded?.usPerPx;
    if (usPerPx === undefined) return null;
    this.#read(model);
    const next = this.#all.findIndex(([from]) => from > atUs);
    const [before, after] = [this.#all[next - 1], this.#all[next]];
    if (
      !before ||
      !after ||
      atUs < before[1] ||
      after[0] - before[1] <= Math.max(QUIET_US, FOLD_PX * usPerPx)
    )
      return null;
    return [before[1], after[0]];
  }

  #read(model: StageModel): void {
    if (this.#model === model && this.#revision === model.revision) return;
    this.#model = model;
    this.#revision = model.revision;
    this.#all = happenings(model);
    this.#work = happenings(model, true);
  }
}
