/**
 * Draws a stage on two canvases. The still layer holds what cannot change any more and is only moved while time
 * flows; the live layer holds what goes on and is drawn each frame.
 * Must not know events, timers or Svelte.
 */
import { drawHeat, heatFrom } from './heat';
import { limitLabel, strips } from './strips';
import { ticks, xOf, type View } from './axis';
import { markTop, railBase, railDots, type Dot, type StageLayout } from './layout';
import { chevrons, cross, drawMark, type Context, type Patterns } from './marks';
import { isFinal, stateAt, type Segment, type StageModel, type StageServer } from './model';
import type { CostStep } from './sweep';
import type { StageTheme } from './theme';

export const FALL_US = 280_000;
const FREEZE_US = 350_000;
const REAP_US = 600_000;

export interface Scene {
  model: StageModel;
  layout: StageLayout;
  view: View;
  /** The instant that is shown as now. */
  atUs: number;
  /** The still layer is drawn until here; nothing before it moves. */
  stillUs: number;
  scrollTop: number;
  selected: string | null;
  reduced: boolean;
  /** Playback speed: a dot falls 280 ms of wall time. */
  speed: number;
  /** Top of the cost strip in US dollars. */
  costTop: number;
  /** What was spent until `stillUs`. */
  spent: CostStep;
}

export interface Brush {
  context: Context;
  theme: StageTheme;
  patterns: Patterns;
}

const SMALL = 11;

export function prepare({ context, theme }: Brush, ratio: number): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = `${SMALL}px ${theme.font}`;
  context.textBaseline = 'middle';
  context.lineWidth = 1;
}

function line(context: Context, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** Everything that ended before `stillUs`, the grid and the rows. The view may be wider than the window. */
export function drawStill(brush: Brush, scene: Scene): void {
  const { context, theme } = brush;
  const { layout, view, model } = scene;
  brush.patterns.anchor(xOf(view, model.originUs));
  context.clearRect(0, 0, view.width, layout.height);
  drawGrid(brush, scene);
  drawFolds(brush, scene);
  clipLanes(brush, scene, () => {
    drawRows(brush, scene);
    for (const server of model.servers) {
      for (const segment of server.segments) {
        if (isStill(segment, scene.stillUs)) drawSegment(brush, scene, server, segment);
      }
    }
  });
  drawHeat(brush, scene, view.fromUs, scene.stillUs, true);
  const dots = railDots(model.requests, view, scene.stillUs).filter((dot) => isDone(dot, scene.stillUs));
  for (const dot of dots) drawStem(brush, scene, dot);
  for (const dot of dots) drawDot(brush, scene, dot);
  context.strokeStyle = theme.edge;
  line(context, 0, layout.lanes.y + 0.5, view.width, layout.lanes.y + 0.5);
  strips(brush, scene, view.fromUs, scene.stillUs);
}

/** What goes on at `atUs`: running stretches, falling dots, the strips' ends and the line of now. */
export function drawLive(brush: Brush, scene: Scene): void {
  const { context, theme } = brush;
  const { layout, view, model, atUs } = scene;
  brush.patterns.anchor(xOf(view, model.originUs));
  context.clearRect(0, 0, view.width, layout.height);
  const dots = railDots(model.requests, view, atUs).filter((dot) => !isDone(dot, scene.stillUs));
  for (const dot of dots) drawStem(brush, scene, dot);
  clipLanes(brush, scene, () => {
    for (const server of model.servers) drawTail(brush, scene, server);
  });
  drawHeat(brush, scene, heatFrom(view, scene.stillUs), atUs, false);
  for (const dot of dots) drawDot(brush, scene, dot);
  if (!scene.reduced) for (const dot of dots) drawFall(brush, scene, dot);
  drawRefused(brush, scene);
  strips(brush, scene, scene.stillUs, atUs);
  limitLabel(brush, scene);
  const x = Math.round(xOf(view, atUs)) + 0.5;
  context.strokeStyle = theme.ember;
  context.lineWidth = 1;
  line(context, x, 18, x, layout.height);
  drawRuler(brush, scene);
  if (scene.reduced) {
    context.fillStyle = theme.well;
    context.globalAlpha = 0.55;
    context.fillRect(x + 1, 18, view.width - x, layout.height);
    context.globalAlpha = 1;
  }
}

/** Whether nothing about a stretch changes after `stillUs`. */
function isStill(segment: Segment, stillUs: number): boolean {
  if (isFinal(segment.state)) return segment.fromUs + REAP_US <= stillUs;
  return segment.toUs !== null && segment.toUs <= stillUs;
}

function isDone(dot: Dot, stillUs: number): boolean {
  const { request } = dot;
  if (request.atUs + FALL_US > stillUs) return false;
  return request.endUs !== null && request.endUs <= stillUs;
}

function clipLanes({ context }: Brush, { layout, view }: Scene, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(0, layout.lanes.y - 3, view.width, layout.lanes.height + 4);
  context.clip();
  paint();
  context.restore();
}

function drawGrid({ context, theme }: Brush, { layout, view, model }: Scene): void {
  context.strokeStyle = theme.grid;
  for (const tick of ticks(view, model.originUs)) {
    const x = Math.round(tick.x) + 0.5;
    line(context, x, 18, x, layout.height);
  }
}

/** Folded stretches: a band, its breaks and its length on the rail, where no request can be. */
function drawFolds({ context, theme }: Brush, { layout, view }: Scene): void {
  const y = layout.rail.y + layout.rail.height / 2;
  context.textAlign = 'center';
  for (const fold of view.folded?.folds ?? []) {
    const [x0, x1] = [xOf(view, fold.fromUs), xOf(view, fold.toUs)];
    if (x1 < 0 || x0 > view.width) continue;
    context.fillStyle = theme.hairline;
    context.globalAlpha = 0.35;
    context.fillRect(x0, 18, x1 - x0, layout.height);
    context.globalAlpha = 1;
    context.strokeStyle = theme.textDim;
    for (const x of [x0 + 2, x1 - 11]) {
      context.beginPath();
      context.moveTo(x, y + 14);
      context.lineTo(x + 3, y + 18);
      context.lineTo(x + 6, y + 10);
      context.lineTo(x + 9, y + 14);
      context.stroke();
    }
    context.fillStyle = theme.axis;
    context.fillText(fold.label, (x0 + x1) / 2, y);
  }
}

/** Seconds on the ruler, and now; a label that now would cover is left out. */
function drawRuler({ context, theme }: Brush, { view, model, atUs }: Scene): void {
  const now = xOf(view, atUs);
  context.textAlign = 'center';
  context.fillStyle = theme.axis;
  for (const tick of ticks(view, model.originUs)) {
    if (tick.label === '' || tick.x < 12 || Math.abs(tick.x - now) < 46) continue;
    context.fillText(tick.label, tick.x, 9);
  }
  context.font = `500 ${SMALL}px ${theme.font}`;
  context.fillStyle = theme.emberText;
  const label = `${((atUs - model.originUs) / 1_000_000).toFixed(1)} s`;
  const half = context.measureText(label).width / 2;
  context.fillText(label, Math.max(half + 2, Math.min(view.width - half - 2, now)), 9);
  context.font = `${SMALL}px ${theme.font}`;
}

function drawRows({ context, theme }: Brush, scene: Scene): void {
  const { lanes } = scene.layout;
  const selected = scene.model.server(scene.selected);
  const place = selected && lanes.places.get(selected.row);
  if (selected && place !== undefined && scene.model.inRow(selected.row, scene.atUs) === selected) {
    const state = stateAt(selected, scene.atUs);
    if (state !== null && !isFinal(state)) {
      context.fillStyle = theme.selected;
      context.globalAlpha = 0.7;
      const y = lanes.y - scene.scrollTop + place * lanes.laneHeight;
      context.fillRect(0, y + 1, scene.view.width, lanes.laneHeight - 1);
      context.globalAlpha = 1;
    }
  }
  context.strokeStyle = theme.hairline;
  for (let row = 0; row <= lanes.rows; row++) {
    const y = lanes.y - scene.scrollTop + row * lanes.laneHeight + 0.5;
    line(context, 0, y, scene.view.width, y);
  }
}

function drawTail(brush: Brush, scene: Scene, server: StageServer): void {
  if (server.bornUs > scene.atUs || (server.endedUs !== null && server.endedUs + REAP_US < scene.stillUs))
    return;
  let first = server.segments.length;
  while (first > 0 && !isStill(server.segments[first - 1] as Segment, scene.stillUs)) first--;
  for (let index = first; index < server.segments.length; index++) {
    drawSegment(brush, scene, server, server.segments[index] as Segment);
  }
}

function drawSegment(brush: Brush, scene: Scene, server: StageServer, segment: Segment): void {
  const { view, atUs, layout, model } = scene;
  if (!layout.lanes.places.has(server.row)) return;
  if (segment.fromUs > atUs || (segment.toUs !== null && segment.toUs < view.fromUs)) return;
  const y = markTop(layout, server.row, scene.scrollTop);
  if (y + layout.lanes.markHeight < layout.lanes.y - 4 || y > layout.lanes.y + layout.lanes.height) return;
  const final = isFinal(segment.state);
  if (final && segment.fromUs < view.fromUs) return;
  const x = xOf(view, Math.max(segment.fromUs, view.fromUs - 200_000));
  const end = xOf(view, Math.min(segment.toUs ?? atUs, atUs));
  const ageUs = (atUs - segment.fromUs) / scene.speed;
  const whole = segment.state === 'frozen' ? FREEZE_US : REAP_US;
  drawMark(brush.context, brush.theme, brush.patterns, {
    state: segment.state,
    x,
    y,
    width: final ? 0 : end - x,
    height: layout.lanes.markHeight,
    running: !final && (segment.toUs === null || segment.toUs > atUs),
    label: segment.state === 'busy' ? `${model.request(segment.requestId)?.number ?? ''}` : null,
    progress: scene.reduced ? 1 : Math.min(1, ageUs / whole),
  });
}

/** A request's line down to the server that took it. */
function drawStem({ context, theme }: Brush, scene: Scene, { request, x }: Dot): void {
  const server = scene.model.server(request.environmentId);
  if (!server || server.bornUs > scene.atUs) return;
  const { layout, atUs } = scene;
  const running = request.endUs === null || request.endUs > atUs;
  const bottom = Math.min(
    markTop(layout, server.row, scene.scrollTop) - 1,
    layout.heat ? layout.heat.y + 5 : layout.lanes.y + layout.lanes.height,
  );
  const top = railBase(layout) + 6;
  if (bottom <= top) return;
  context.lineWidth = 1;
  context.strokeStyle = running ? theme.emberText : theme.edge;
  context.globalAlpha = running ? 0.75 : 0.55;
  line(context, Math.round(x) + 0.5, top, Math.round(x) + 0.5, bottom);
  context.globalAlpha = 1;
}

const GOOD: ReadonlySet<string> = new Set(['succeeded', 'running', 'cancelled']);

function drawDot({ context, theme }: Brush, scene: Scene, { request, x, lift }: Dot): void {
  const y = railBase(scene.layout) - lift;
  if (request.outcome === 'throttled') {
    context.strokeStyle = theme.mark.throttled;
    context.lineWidth = 1.6;
    chevrons(context, x, y);
    context.lineWidth = 1;
    return;
  }
  const running = request.endUs === null || request.endUs > scene.atUs;
  if (!running && !GOOD.has(request.outcome)) {
    context.strokeStyle = theme.mark.failed;
    context.lineWidth = 1.8;
    cross(context, x, y, 3);
    context.lineWidth = 1;
    return;
  }
  context.beginPath();
  context.arc(x, y, running ? 3.4 : 2.6, 0, 7);
  if (running) {
    context.fillStyle = theme.ember;
    context.fill();
  } else {
    context.strokeStyle = theme.textDim;
    context.lineWidth = 1.2;
    context.stroke();
    context.lineWidth = 1;
  }
}

/** The dot that falls from the rail to its lane, 280 ms of wall time, faster and faster. */
function drawFall({ context, theme }: Brush, scene: Scene, { request, x, lift }: Dot): void {
  const server = scene.model.server(request.environmentId);
  const ageUs = scene.atUs - request.atUs;
  const wholeUs = FALL_US * scene.speed;
  if (!server || ageUs >= wholeUs || ageUs < 0) return;
  const from = railBase(scene.layout) - lift;
  const to = markTop(scene.layout, server.row, scene.scrollTop) + scene.layout.lanes.markHeight / 2;
  const fallen = (to - from) * (ageUs / wholeUs) ** 2;
  context.fillStyle = theme.ember;
  context.beginPath();
  context.arc(x, from + fallen, 3.6, 0, 7);
  context.fill();
  context.globalAlpha = 0.35;
  context.fillRect(x - 0.75, from, 1.5, fallen);
  context.globalAlpha = 1;
}

/** "429 × 3" beside the highest refused dot. */
function drawRefused({ context, theme }: Brush, scene: Scene): void {
  const dots = railDots(scene.model.requests, scene.view, scene.atUs).filter(
    (dot) => dot.request.outcome === 'throttled' && dot.x > 0,
  );
  const first = dots[0];
  if (!first) return;
  const top = dots.reduce((best, dot) => (dot.lift > best.lift ? dot : best), first);
  const nowX = xOf(scene.view, scene.atUs);
  const atEnd = top.x > nowX - 76;
  context.fillStyle = theme.mark.throttled;
  context.textAlign = atEnd ? 'right' : 'left';
  const text = dots.length > 1 ? `429 × ${dots.length}` : '429';
  context.fillText(text, atEnd ? top.x - 14 : top.x + 13, railBase(scene.layout) - top.lift);
}
