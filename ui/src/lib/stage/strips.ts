/** The strips under the lanes: how many servers were busy, and what it would have cost. Must not know events or timers. */
import type { Brush, Scene } from './draw';
import { xOf } from './axis';
import { costBase, costSteps, sweep, type CostStep, type Step } from './sweep';

/** A top for the cost strip that changes rarely: the next step of a quarter above what was spent. */
export function costTop(costUsd: number): number {
  if (costUsd <= 0) return 1e-7;
  return 1.25 ** Math.ceil(Math.log(costUsd * 1.04) / Math.log(1.25));
}

/** Draws both strips from `fromUs` to `toUs`; two calls with meeting ends make one picture. */
export function strips(brush: Brush, scene: Scene, fromUs: number, toUs: number): void {
  const { busy, cost } = scene.layout;
  if (toUs <= fromUs) return;
  if (busy) busyStrip(brush, scene, fromUs, toUs, busy.y, busy.height);
  if (cost) costStrip(brush, scene, fromUs, toUs, cost.y, cost.height);
}

function busyStrip(
  { context, theme, patterns }: Brush,
  scene: Scene,
  fromUs: number,
  toUs: number,
  y: number,
  height: number,
): void {
  const { view, model } = scene;
  const { limit } = model;
  const top = limit * 1.18;
  const yOf = (value: number): number => y + height - (Math.min(value, top) / top) * height;
  const steps = sweep(model.servers, Math.max(fromUs, view.fromUs), toUs);
  const trace = (valueOf: (step: Step) => number): void => {
    context.beginPath();
    let previous = 0;
    steps.forEach((step, index) => {
      const x = xOf(view, step.atUs);
      if (index === 0) context.moveTo(x, yOf(0));
      else context.lineTo(x, yOf(previous));
      previous = valueOf(step);
      context.lineTo(x, yOf(previous));
    });
    context.lineTo(xOf(view, toUs), yOf(previous));
  };
  const area = (valueOf: (step: Step) => number): void => {
    trace(valueOf);
    context.lineTo(xOf(view, toUs), yOf(0));
    context.closePath();
    context.fill();
  };
  context.fillStyle = theme.band;
  area((step) => step.alive);
  context.fillStyle = patterns.init;
  area((step) => step.busy + step.starting);
  context.fillStyle = theme.mark.busy;
  area((step) => step.busy);
  context.strokeStyle = theme.textDim;
  context.lineWidth = 1;
  context.beginPath();
  let previousAlive: number | null = null;
  for (const step of steps) {
    const x = xOf(view, step.atUs);
    if (previousAlive === null) context.moveTo(x, yOf(step.alive));
    else {
      context.lineTo(x, yOf(previousAlive));
      context.lineTo(x, yOf(step.alive));
    }
    previousAlive = step.alive;
  }
  context.lineTo(xOf(view, toUs), yOf(previousAlive ?? 0));
  context.stroke();
  if (fromUs > view.fromUs) return;
  const limitY = Math.round(yOf(limit)) + 0.5;
  context.setLineDash([4, 4]);
  context.strokeStyle = theme.text;
  horizontal(context, limitY, view.width);
  context.setLineDash([]);
  context.strokeStyle = theme.edge;
  horizontal(context, yOf(0) + 0.5, view.width);
}

/** The limit's words stay at the left edge while time flows. */
export function limitLabel({ context, theme }: Brush, scene: Scene): void {
  const { busy } = scene.layout;
  if (!busy) return;
  context.fillStyle = theme.axis;
  context.textAlign = 'left';
  context.fillText(`limit ${scene.model.limit}`, 6, busy.y + busy.height - busy.height / 1.18 - 8);
}

function horizontal(context: CanvasRenderingContext2D, y: number, width: number): void {
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
}

function costStrip(
  { context, theme, patterns }: Brush,
  scene: Scene,
  fromUs: number,
  toUs: number,
  y: number,
  height: number,
): void {
  const { view, model } = scene;
  const yOf = (usd: number): number => y + height - Math.min(1, usd / scene.costTop) * height;
  const startUs = Math.max(fromUs, view.fromUs);
  const steps: CostStep[] = [];
  const base = fromUs > view.fromUs ? scene.spent : costBase(model);
  for (const step of costSteps(model, toUs, base)) {
    // What was spent before the stretch is its first level.
    if (step.atUs <= startUs) steps[0] = { ...step, atUs: startUs };
    else steps.push(step);
  }
  const trace = (valueOf: (step: CostStep) => number): void => {
    context.beginPath();
    let previous = 0;
    steps.forEach((step, index) => {
      const x = xOf(view, step.atUs);
      if (index > 0) context.lineTo(x, yOf(previous));
      previous = valueOf(step);
      if (index === 0) context.moveTo(x, yOf(previous));
      else context.lineTo(x, yOf(previous));
    });
    context.lineTo(xOf(view, toUs), yOf(previous));
  };
  const area = (valueOf: (step: CostStep) => number): void => {
    trace(valueOf);
    context.lineTo(xOf(view, toUs), yOf(0));
    context.lineTo(xOf(view, startUs), yOf(0));
    context.closePath();
    context.fill();
  };
  context.fillStyle = theme.band;
  area((step) => step.costUsd);
  context.fillStyle = patterns.init;
  area((step) => step.initCostUsd);
  trace((step) => step.costUsd);
  context.strokeStyle = theme.textStrong;
  context.lineWidth = 1.5;
  context.stroke();
  context.lineWidth = 1;
  if (fromUs > view.fromUs) return;
  context.strokeStyle = theme.edge;
  horizontal(context, yOf(0) + 0.5, view.width);
}
