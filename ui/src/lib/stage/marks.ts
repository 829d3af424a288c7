/**
 * The marks of the nine states on a canvas, at lane size. Owns patterns and shapes.
 * Must not know time, models or where a mark stands.
 */
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';
import type { StageTheme } from './theme';

export type Context = CanvasRenderingContext2D;

export interface Patterns {
  init: CanvasPattern | string;
  restored: CanvasPattern | string;
  frozen: CanvasPattern | string;
  /** Ties the patterns to a point that moves with the marks, so that they do not swim. */
  anchor(x: number): void;
}

export interface Mark {
  state: EnvironmentState;
  x: number;
  y: number;
  width: number;
  height: number;
  /** A bright head at its right end: it goes on. */
  running: boolean;
  /** Written inside when there is room. */
  label: string | null;
  /** 0 to 1: how far a freeze or a reap has come. */
  progress: number;
}

/** Patterns for one canvas at one pixel ratio. */
export function makePatterns(context: Context, theme: StageTheme, ratio: number): Patterns {
  const anchors: ((x: number) => void)[] = [];
  const tile = (
    size: number,
    paint: (tileContext: Context) => void,
    fallback: string,
  ): CanvasPattern | string => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.max(1, Math.round(size * ratio));
    const tileContext = canvas.getContext('2d');
    if (!tileContext) return fallback;
    const scale = canvas.width / size;
    tileContext.scale(scale, scale);
    paint(tileContext);
    const pattern = context.createPattern(canvas, 'repeat');
    if (!pattern) return fallback;
    anchors.push((x) =>
      pattern.setTransform(new DOMMatrix().translate(x % size, 0).scale(1 / scale, 1 / scale)),
    );
    return pattern;
  };
  const hatch = (ink: string, ground: string, rising: boolean, size: number, line: number) =>
    tile(
      size,
      (c) => {
        c.fillStyle = ground;
        c.fillRect(0, 0, size, size);
        c.strokeStyle = ink;
        c.lineWidth = line;
        c.beginPath();
        for (let k = -1; k <= 1; k++) {
          c.moveTo(k * size - 1, rising ? size + 1 : -1);
          c.lineTo(k * size + size + 1, rising ? -1 : size + 1);
        }
        c.stroke();
      },
      ink,
    );
  const dots = tile(
    5,
    (c) => {
      c.fillStyle = theme.partner.frozen;
      c.fillRect(0, 0, 5, 5);
      c.fillStyle = theme.mark.frozen;
      c.beginPath();
      c.arc(2.5, 2.5, 1.05, 0, 7);
      c.fill();
    },
    theme.partner.frozen,
  );
  const patterns = {
    init: hatch(theme.mark.init, theme.partner.init, true, 7, 2.6),
    restored: hatch(theme.mark.restored, theme.partner.restored, false, 6, 2),
    frozen: dots,
    anchor: (x: number): void => anchors.forEach((anchor) => anchor(x)),
  };
  patterns.anchor(0);
  return patterns;
}

function box(context: Context, x: number, y: number, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2));
}

/** Smallest width at which a mark still says something. Idle slivers are left out, work never is. */
export function leastWidth(state: EnvironmentState): number {
  switch (state) {
    case 'init':
    case 'restored':
    case 'busy':
      return 2;
    case 'warm':
    case 'frozen':
      return 0;
    case 'thaw':
    case 'failed':
    case 'reaped':
      return 1;
  }
}

export function drawMark(context: Context, theme: StageTheme, patterns: Patterns, mark: Mark): void {
  const { state, x, y, height } = mark;
  const width = Math.max(mark.width, leastWidth(state));
  switch (state) {
    case 'busy':
      context.fillStyle = theme.mark.busy;
      box(context, x, y, width, height, 3);
      context.fill();
      if (mark.label !== null && width > 25) {
        context.fillStyle = theme.onBusy;
        context.textAlign = 'left';
        context.fillText(mark.label, x + 5, y + height / 2 + 0.5);
      }
      break;
    case 'init':
    case 'restored':
      context.fillStyle = patterns[state];
      box(context, x, y, width, height, 3);
      context.fill();
      break;
    case 'warm':
      if (width < 1.5) return;
      if (width < 4) {
        context.fillStyle = theme.mark.warm;
        context.fillRect(x, y, width, 1.5);
        context.fillRect(x, y + height - 1.5, width, 1.5);
        return;
      }
      context.strokeStyle = theme.mark.warm;
      context.lineWidth = 1.5;
      box(context, x + 0.75, y + 0.75, width - 1.5, height - 1.5, 2.5);
      context.stroke();
      break;
    case 'frozen':
      if (width < 1) return;
      context.globalAlpha = 0.35 + 0.65 * mark.progress;
      context.fillStyle = patterns.frozen;
      box(context, x, y + 1, width, height - 2, 2);
      context.fill();
      context.globalAlpha = 1;
      break;
    case 'thaw':
      context.fillStyle = theme.mark.thaw;
      context.fillRect(x, y - 2, 2, height + 4);
      context.fillRect(x - 2, y - 2, 6, 1.5);
      context.fillRect(x - 2, y + height + 0.5, 6, 1.5);
      break;
    case 'failed':
      drawFailed(context, theme, x, y, height);
      break;
    case 'reaped':
      context.strokeStyle = theme.mark.reaped;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x + 1, y);
      context.lineTo(x + 1, y + height);
      context.stroke();
      context.lineWidth = 1;
      context.setLineDash([2, 3]);
      context.beginPath();
      context.moveTo(x + 5, y + height / 2);
      context.lineTo(x + 5 + 14 * mark.progress, y + height / 2);
      context.stroke();
      context.setLineDash([]);
      break;
  }
  if (mark.running && (state === 'busy' || state === 'init' || state === 'restored')) {
    context.fillStyle = theme.textStrong;
    context.fillRect(x + width - 2, y - 2, 2, height + 4);
  }
}

function drawFailed(context: Context, theme: StageTheme, x: number, y: number, size: number): void {
  context.fillStyle = theme.mark.failed;
  box(context, x, y, size, size, 3);
  context.fill();
  context.strokeStyle = theme.partner.failed;
  context.lineWidth = 1.8;
  cross(context, x + size / 2, y + size / 2, size * 0.2);
}

export function cross(context: Context, x: number, y: number, reach: number): void {
  context.beginPath();
  context.moveTo(x - reach, y - reach);
  context.lineTo(x + reach, y + reach);
  context.moveTo(x + reach, y - reach);
  context.lineTo(x - reach, y + reach);
  context.stroke();
}

/** Two chevrons: refused. */
export function chevrons(context: Context, x: number, y: number): void {
  for (const offset of [0, 4]) {
    context.beginPath();
    context.moveTo(x - 4 + offset, y - 3.5);
    context.lineTo(x - 0.5 + offset, y);
    context.lineTo(x - 4 + offset, y + 3.5);
    context.stroke();
  }
}
