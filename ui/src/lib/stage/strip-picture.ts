/** Draws a folded picture of servers: rows of marks on a time that leaves idleness out. Must not know the DOM or Svelte. */
import type { FoldedTime } from './fold';
import { drawMark, type Context, type Patterns } from './marks';
import { isFinal, type StageServer } from './model';
import type { StageTheme } from './theme';

export interface StripPicture {
  context: Context;
  theme: StageTheme;
  patterns: Patterns;
  time: FoldedTime;
  servers: readonly StageServer[];
  nowUs: number;
  rowHeight: number;
  markHeight: number;
  /** The run to draw a ring around. */
  ringed: string | null;
  /** Without fold lengths and row lines. */
  mini: boolean;
}

export function drawStrip(picture: StripPicture): void {
  const { context, theme, time, servers, rowHeight, mini } = picture;
  const height = servers.length * rowHeight;
  for (const fold of time.folds) {
    context.fillStyle = theme.hairline;
    context.globalAlpha = 0.35;
    context.fillRect(fold.x0, 0, fold.x1 - fold.x0, height);
    context.globalAlpha = 1;
  }
  servers.forEach((server, row) => {
    if (!mini) {
      context.fillStyle = theme.hairline;
      context.fillRect(0, (row + 1) * rowHeight - 1, time.width, 1);
    }
    drawServer(picture, server, row * rowHeight + (rowHeight - picture.markHeight) / 2);
  });
  if (!mini) for (const fold of time.folds) drawFold(picture, fold.x0, fold.x1, fold.label, height);
}

function drawServer(picture: StripPicture, server: StageServer, y: number): void {
  const { context, theme, patterns, time, nowUs, markHeight, ringed } = picture;
  for (const segment of server.segments) {
    if (segment.fromUs > nowUs || (segment.toUs !== null && segment.toUs < time.fromUs)) continue;
    if (isFinal(segment.state) && segment.fromUs < time.fromUs) continue;
    const x = time.x(segment.fromUs);
    const width = isFinal(segment.state) ? 0 : time.x(Math.min(segment.toUs ?? nowUs, nowUs)) - x;
    drawMark(context, theme, patterns, {
      state: segment.state,
      // A reaped cap and its dashes stay inside the picture.
      x: isFinal(segment.state) ? Math.min(x, time.width - markHeight) : x,
      y,
      width,
      height: markHeight,
      running: false,
      label: null,
      progress: 1,
    });
    if (segment.state === 'busy' && ringed !== null && segment.requestId === ringed) {
      context.strokeStyle = theme.ember;
      context.lineWidth = 1.5;
      context.beginPath();
      const left = Math.max(1, x - 3);
      context.roundRect(
        left,
        y - 4,
        Math.min(time.width - 1, x + Math.max(2, width) + 3) - left,
        markHeight + 8,
        4,
      );
      context.stroke();
      context.lineWidth = 1;
    }
  }
}

/** The length of a folded stretch between two breaks. */
function drawFold({ context, theme }: StripPicture, x0: number, x1: number, label: string, y: number): void {
  context.strokeStyle = theme.textDim;
  for (const x of [x0 + 6, x1 - 15]) {
    context.beginPath();
    context.moveTo(x, y + 2);
    context.lineTo(x + 3, y + 6);
    context.lineTo(x + 6, y - 2);
    context.lineTo(x + 9, y + 2);
    context.stroke();
  }
  context.fillStyle = theme.axis;
  context.textAlign = 'center';
  context.fillText(label, (x0 + x1) / 2, y + 13);
}
