/**
 * The heat strip: what the servers without a lane of their own did, one cell a few pixels wide. Owns counting and
 * drawing its cells; must not know which servers those are or why.
 */
import type { Brush, Scene } from './draw';
import { scaleOf, xOf, type View } from './axis';
import type { StageServer } from './model';
import { sweep } from './sweep';

/** Width of a cell. */
const CELL_PX = 4;
/** Steps of strength, so that two cells can be told apart. */
const STEPS = 4;

export interface HeatCell {
  fromUs: number;
  /** Most at once within the cell. */
  busy: number;
  starting: number;
  alive: number;
}

/** Length of a cell in time. */
export function cellUs(view: View): number {
  return Math.max(1, Math.round(scaleOf(view) * CELL_PX));
}

/** Cells on a grid of time that does not move with the view, from the one that holds `fromUs` to `toUs`. */
export function heatCells(
  servers: readonly StageServer[],
  fromUs: number,
  toUs: number,
  lengthUs: number,
): HeatCell[] {
  const first = Math.floor(fromUs / lengthUs) * lengthUs;
  if (toUs <= first) return [];
  const cells = Array.from({ length: Math.ceil((toUs - first) / lengthUs) }, (_, index) => ({
    fromUs: first + index * lengthUs,
    busy: 0,
    starting: 0,
    alive: 0,
  }));
  const steps = sweep(servers, first, toUs);
  steps.forEach((step, index) => {
    const untilUs = steps[index + 1]?.atUs ?? toUs;
    const from = Math.max(0, Math.floor((step.atUs - first) / lengthUs));
    for (let at = from; at < cells.length; at++) {
      const cell = cells[at];
      if (!cell || (cell.fromUs >= untilUs && at > from)) break;
      cell.busy = Math.max(cell.busy, step.busy);
      cell.starting = Math.max(cell.starting, step.starting);
      cell.alive = Math.max(cell.alive, step.alive);
    }
  });
  return cells;
}

/** The cells of a stretch of a view: a folded stretch is one cell. */
export function viewCells(
  servers: readonly StageServer[],
  view: View,
  fromUs: number,
  toUs: number,
): (HeatCell & { toUs: number })[] {
  const lengthUs = cellUs(view);
  const folds = (view.folded?.folds ?? []).filter((fold) => fold.toUs > fromUs && fold.fromUs < toUs);
  const out: (HeatCell & { toUs: number })[] = [];
  const even = (from: number, to: number): void => {
    for (const cell of heatCells(servers, from, to, lengthUs)) {
      const toUs = Math.min(cell.fromUs + lengthUs, to);
      out.push({ ...cell, fromUs: folds.length > 0 ? Math.max(cell.fromUs, from) : cell.fromUs, toUs });
    }
  };
  let at = fromUs;
  for (const fold of folds) {
    if (fold.fromUs > at) even(at, fold.fromUs);
    const [from, to] = [Math.max(fromUs, fold.fromUs), Math.min(toUs, fold.toUs)];
    // Nothing happens in it: what is true at its middle is true of all of it.
    const middle = sweep(servers, from + (to - from) / 2, from + (to - from) / 2)[0];
    out.push({ busy: 0, starting: 0, alive: middle?.alive ?? 0, fromUs: from, toUs: to });
    at = to;
  }
  if (at < toUs) even(at, toUs);
  return out;
}

/** From faint to full in few steps; never invisible. */
function strength(part: number, whole: number): number {
  return 0.25 + 0.75 * (Math.ceil((part / Math.max(1, whole)) * STEPS) / STEPS);
}

/**
 * Draws the cells that begin from `fromUs` on and, with `whole`, end by `toUs`. The still layer draws whole cells, the
 * live layer goes on with the first that was not whole: no cell is drawn twice.
 */
export function drawHeat(
  { context, theme, patterns }: Brush,
  scene: Scene,
  fromUs: number,
  toUs: number,
  whole: boolean,
): void {
  const { heat } = scene.layout;
  if (!heat || heat.collapsed.size === 0) return;
  const { view, model } = scene;
  const servers = model.servers.filter((server) => heat.collapsed.has(server.row));
  const lengthUs = cellUs(view);
  const untilUs = whole ? Math.floor(toUs / lengthUs) * lengthUs : toUs;
  const top = heat.y + 5;
  const height = heat.height - 10;
  for (const cell of viewCells(servers, view, fromUs, untilUs)) {
    if (cell.alive === 0) continue;
    const x = xOf(view, cell.fromUs);
    const width = xOf(view, Math.min(cell.toUs, toUs)) - x;
    const fill = (style: string | CanvasPattern, alpha: number, y: number, high: number): void => {
      context.globalAlpha = alpha;
      context.fillStyle = style;
      context.fillRect(x, y, width, high);
    };
    const { busy, starting, alive } = cell;
    if (busy === 0 && starting === 0)
      fill(patterns.frozen, strength(alive, heat.collapsed.size), top, height);
    // Work above, births below: both are seen when both happen.
    const upper = starting === 0 ? height : busy === 0 ? 0 : Math.round(height / 2);
    if (busy > 0) fill(theme.mark.busy, strength(busy, alive), top, upper);
    if (starting > 0) fill(patterns.init, strength(starting, alive), top + upper, height - upper);
  }
  context.globalAlpha = 1;
}

/** Where the live layer begins: the first cell that the still layer left out. */
export function heatFrom(view: View, stillUs: number): number {
  const lengthUs = cellUs(view);
  return Math.floor(stillUs / lengthUs) * lengthUs;
}
