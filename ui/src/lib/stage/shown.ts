/**
 * Which rows have a lane of their own when there are more than fit: those that worked last. The others collapse
 * into the heat strip. A shown row never changes its place; one that begins to work takes the place of the shown
 * row that has rested longest. Must not know pixels.
 */
import { isFinal, type StageModel, type StageServer } from './model';

const WORKING = new Set(['busy', 'thaw', 'init', 'restored']);
/** Dead rows come after all living ones. */
const DEAD_US = 1e16;

/** When the server of a row worked last: infinite while it works. */
function workedUs(server: StageServer, atUs: number): number {
  const { segments } = server;
  let index = segments.length - 1;
  while (index > 0 && (segments[index]?.fromUs ?? 0) > atUs) index--;
  const segment = segments[index];
  if (!segment) return -DEAD_US;
  if (WORKING.has(segment.state)) return Number.POSITIVE_INFINITY;
  if (isFinal(segment.state)) return segment.fromUs - DEAD_US;
  while (index > 0 && !WORKING.has(segments[index]?.state ?? '')) index--;
  return segments[index]?.toUs ?? segment.fromUs;
}

export class ShownRows {
  #order: readonly number[] = [];
  #rows = 0;

  /** The rows that have a lane, by place; the same array while nothing changes. */
  at(model: StageModel, atUs: number, rows: number, places: number): readonly number[] {
    if (rows <= places) {
      if (this.#rows !== rows || this.#order.length !== rows) this.#keep(range(rows), rows);
      return this.#order;
    }
    const worked = new Array<number>(rows).fill(-2 * DEAD_US);
    for (const server of model.servers) {
      if (server.bornUs <= atUs && server.row < rows) worked[server.row] = workedUs(server, atUs);
    }
    const before = this.#order.filter((row) => row < rows).slice(0, places);
    const isShown = new Set(before);
    const best = range(rows)
      .sort((a, b) => {
        const [left, right] = [worked[a] ?? 0, worked[b] ?? 0];
        if (left !== right) return right > left ? 1 : -1;
        return Number(isShown.has(b)) - Number(isShown.has(a)) || a - b;
      })
      .slice(0, places);
    const chosen = new Set(best);
    const newcomers = best.filter((row) => !isShown.has(row)).sort((a, b) => a - b);
    const next = before.map((row) => (chosen.has(row) ? row : (newcomers.shift() ?? row)));
    next.push(...newcomers);
    if (this.#rows !== rows || next.some((row, place) => row !== this.#order[place])) this.#keep(next, rows);
    else if (next.length !== this.#order.length) this.#keep(next, rows);
    return this.#order;
  }

  #keep(order: readonly number[], rows: number): void {
    this.#order = order;
    this.#rows = rows;
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
