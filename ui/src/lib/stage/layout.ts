/**
 * Where things are on a stage: ruler, request rail, lanes, strips; what is under a pointer. Pure numbers; must not know canvases or colours.
 */
import type { StageModel, StageRequest } from './model';
import { scaleOf, usAt, xOf, type View } from './axis';

const RULER = 20;
const DOT_GAP = 9;
const DOT_LEVELS = 5;
export const DOT_STEP = 7;

export interface Band {
  y: number;
  height: number;
}

export interface StageLayout {
  width: number;
  height: number;
  ruler: Band;
  rail: Band;
  /** The lanes' window; their content may be higher and scroll. `order` has the row at each place. */
  lanes: Band & {
    laneHeight: number;
    markHeight: number;
    rows: number;
    contentHeight: number;
    order: readonly number[];
    places: ReadonlyMap<number, number>;
  };
  /** The strip of the rows without a lane; none while all of them fit. */
  heat: (Band & { collapsed: ReadonlySet<number> }) | null;
  busy: Band | null;
  cost: Band | null;
}

export interface LayoutOptions {
  /** Without strips, with a lower rail. */
  compact?: boolean;
  maxLane?: number;
  /** Rows that have a lane, by place; all of them without it. */
  order?: readonly number[];
}

/** Lowest lane that can still be read and pressed. */
const LEAST_LANE = 25;
const HEAT = 30;

/** Rows that are shown: those in use, and room up to 8 while the limit allows more and it fits. */
export function shownRows(usedRows: number, limit: number, fitting = 8): number {
  return Math.max(usedRows, Math.min(limit, 8, fitting), 1);
}

/** How many rows have room for a lane. */
export function fittingRows(height: number, compact = false): number {
  return Math.floor(roomsOf(height, compact).lanes / LEAST_LANE);
}

interface Rooms {
  busy: number;
  cost: number;
  rail: number;
  lanes: number;
}

function roomsOf(height: number, compact: boolean): Rooms {
  const low = height < 460;
  const busy = compact ? 0 : low ? 60 : 76;
  const cost = compact ? 0 : low ? 52 : 64;
  const rail = compact ? 40 : 54;
  return { busy, cost, rail, lanes: Math.max(LEAST_LANE, height - RULER - rail - busy - cost - 8) };
}

/** How many rows have a lane: all while they fit, else as many as fit above the heat strip. */
export function placesFor(height: number, rows: number, compact = false): number {
  const { lanes } = roomsOf(height, compact);
  if (rows * LEAST_LANE <= lanes) return rows;
  return Math.max(1, Math.floor((lanes - HEAT) / LEAST_LANE));
}

export function layOut(
  width: number,
  height: number,
  rows: number,
  options: LayoutOptions = {},
): StageLayout {
  const { compact = false, maxLane = 40 } = options;
  const order = options.order ?? Array.from({ length: rows }, (_, row) => row);
  const rooms = roomsOf(height, compact);
  const lanesY = RULER + rooms.rail;
  // The strip stays while its rows are shown in full, since that is where they collapse again.
  const crowded = rows * LEAST_LANE > rooms.lanes;
  const room = rooms.lanes - (crowded ? HEAT : 0);
  const laneHeight = Math.max(LEAST_LANE, Math.min(maxLane, Math.floor(room / order.length)));
  const contentHeight = laneHeight * order.length;
  const lanesHeight = Math.min(contentHeight, Math.max(LEAST_LANE, room));
  const lanes = {
    y: lanesY,
    height: lanesHeight,
    laneHeight,
    markHeight: Math.max(12, Math.min(18, Math.round(laneHeight * 0.46))),
    rows: order.length,
    contentHeight,
    order,
    places: new Map(order.map((row, place) => [row, place])),
  };
  const collapsed = new Set<number>();
  for (let row = 0; row < rows; row++) if (!lanes.places.has(row)) collapsed.add(row);
  const heat = crowded ? { y: lanesY + lanesHeight, height: HEAT, collapsed } : null;
  const frame = {
    width,
    height,
    ruler: { y: 0, height: RULER },
    rail: { y: RULER, height: rooms.rail },
    lanes,
    heat,
  };
  if (compact) return { ...frame, busy: null, cost: null };
  const below = lanesY + lanesHeight + (heat ? HEAT : 0);
  const extra = Math.max(0, height - below - rooms.busy - rooms.cost - 8);
  const busyRoom = rooms.busy + extra * 0.52;
  const costRoom = rooms.cost + extra * 0.48;
  const busy = { y: below + 16, height: busyRoom - 22 };
  const costY = busy.y + busy.height + 18;
  const cost = { y: costY, height: Math.max(10, Math.min(costRoom - 18, height - costY - 8)) };
  return { ...frame, busy, cost };
}

export interface Dot {
  request: StageRequest;
  x: number;
  /** Pixels above the rail's base line. */
  lift: number;
}

/**
 * Requests on the rail until `atUs`. Dots closer than 9 px stack upward; whether they do depends only on the
 * requests before, so that a dot never changes its level while time flows.
 */
export function railDots(requests: readonly StageRequest[], view: View, atUs: number): Dot[] {
  const perPx = scaleOf(view);
  let first = requests.findIndex((request) => request.atUs >= view.fromUs - 500_000);
  if (first === -1) return [];
  while (first > 0 && (requests[first]?.atUs ?? 0) - (requests[first - 1]?.atUs ?? 0) < DOT_GAP * perPx)
    first--;
  const dots: Dot[] = [];
  let lastUs = Number.NEGATIVE_INFINITY;
  let level = 0;
  for (let index = first; index < requests.length; index++) {
    const request = requests[index];
    if (!request || request.atUs > atUs) break;
    if (request.atUs - lastUs < DOT_GAP * perPx && level < DOT_LEVELS - 1) level++;
    else {
      level = 0;
      lastUs = request.atUs;
    }
    dots.push({ request, x: xOf(view, request.atUs), lift: level * DOT_STEP });
  }
  return dots;
}

/** Y of the rail's base line. */
export function railBase(layout: StageLayout): number {
  return layout.rail.y + layout.rail.height - 13;
}

/** Top of a lane's mark; of a row without a lane, where the heat strip has its cells. */
export function markTop(layout: StageLayout, row: number, scrollTop: number): number {
  const { y, laneHeight, markHeight } = layout.lanes;
  const place = layout.lanes.places.get(row);
  if (place === undefined) return (layout.heat?.y ?? y) + 6;
  return Math.round(y - scrollTop + place * laneHeight + (laneHeight - markHeight) / 2);
}

export type Hit = { kind: 'server'; id: string } | { kind: 'request'; id: string } | { kind: 'heat' };

/** What is under a point. */
export function hit(
  model: StageModel,
  layout: StageLayout,
  view: View,
  atUs: number,
  scrollTop: number,
  x: number,
  y: number,
): Hit | null {
  if (y >= layout.rail.y && y < layout.lanes.y) {
    const base = railBase(layout);
    let nearest: Dot | null = null;
    let best = 8;
    for (const dot of railDots(model.requests, view, atUs)) {
      const distance = Math.hypot(dot.x - x, base - dot.lift - y);
      if (distance < best) {
        best = distance;
        nearest = dot;
      }
    }
    return nearest ? { kind: 'request', id: nearest.request.id } : null;
  }
  const { lanes, heat } = layout;
  if (heat && y >= heat.y && y < heat.y + heat.height) return { kind: 'heat' };
  if (y < lanes.y || y >= lanes.y + lanes.height) return null;
  const row = lanes.order[Math.floor((y - lanes.y + scrollTop) / lanes.laneHeight)];
  if (row === undefined) return null;
  const pointed = usAt(view, x);
  const server = model.inRow(row, Math.min(atUs, Math.max(pointed, view.fromUs))) ?? model.inRow(row, atUs);
  return server ? { kind: 'server', id: server.id } : null;
}
