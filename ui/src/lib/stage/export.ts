/**
 * A stage as a picture that stands alone: what it shows and of which function, the servers' names, the legend, and
 * where its figures are from. Draws on a canvas it is given; must not know the DOM beside it.
 */
import { STATES } from '$lib/states';
import type { Brush } from './draw';
import type { StageLayout } from './layout';
import { chevrons, drawMark } from './marks';
import { segmentAt, type StageModel } from './model';
import { totals } from './sweep';
import { laneMoney, STATE_WORD } from './words';

export const GUTTER_PX = 150;
export const HEAD_PX = 62;
export const FOOT_PX = 58;

export interface PictureWords {
  /** The function. */
  title: string;
  /** What the picture says. */
  sentence: string;
  /** Where its figures are from, and of when. */
  source: string;
  /** What the strip of money is called. */
  cost: string;
}

/** One line of the names at the left. */
export interface PictureName {
  y: number;
  name: string;
  detail: string;
}

/** The servers at an instant and what else stands at the left, by place. */
export function namesOf(model: StageModel, layout: StageLayout, atUs: number, cost: string): PictureName[] {
  const sum = totals(model, atUs);
  const { lanes, rail, busy, heat } = layout;
  const out: PictureName[] = [{ y: rail.y + rail.height / 2, name: 'Requests', detail: `${sum.requests}` }];
  lanes.order.forEach((row, place) => {
    const y = lanes.y + (place + 0.5) * lanes.laneHeight;
    const server = model.inRow(row, atUs);
    const segment = server && segmentAt(server, atUs);
    if (!server || !segment || y > lanes.y + lanes.height) return;
    out.push({ y, name: `Server ${server.environment.number}`, detail: STATE_WORD[segment.state] });
  });
  if (heat && heat.collapsed.size > 0)
    out.push({ y: heat.y + heat.height / 2, name: `${heat.collapsed.size} older`, detail: 'servers' });
  if (busy)
    out.push({
      y: busy.y + busy.height / 2,
      name: 'Busy now',
      detail: `${sum.states.busy + sum.states.thaw} of ${model.limit}`,
    });
  if (layout.cost)
    out.push({ y: layout.cost.y + layout.cost.height / 2, name: cost, detail: laneMoney(sum.costUsd) });
  return out;
}

/** Draws everything around the stage, whose own picture stands at `GUTTER_PX`, `HEAD_PX`. */
export function drawAround(
  { context, theme, patterns }: Brush,
  size: { width: number; height: number },
  names: readonly PictureName[],
  words: PictureWords,
): void {
  const write = (text: string, x: number, y: number, colour: string, font: string): number => {
    context.font = `${font} ${theme.font}`;
    context.fillStyle = colour;
    context.fillText(text, x, y);
    return context.measureText(text).width;
  };
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  write(words.title, 20, 20, theme.text, '500 12px');
  write(words.sentence, 20, 42, theme.textStrong, '500 17px');
  for (const { y, name, detail } of names) {
    write(name, 20, HEAD_PX + y - 7, theme.textStrong, '500 12px');
    write(detail, 20, HEAD_PX + y + 7, theme.text, '11px');
  }
  let x = 20;
  const y = size.height - FOOT_PX + 16;
  for (const { state, name } of STATES) {
    const mark = { x, y: y - 6, width: 18, height: 12, running: false, label: null, progress: 1 };
    if (state === 'throttled') {
      context.strokeStyle = theme.mark.throttled;
      context.lineWidth = 1.6;
      chevrons(context, x + 7, y);
      context.lineWidth = 1;
    } else drawMark(context, theme, patterns, { ...mark, state, width: state === 'thaw' ? 2 : 18 });
    x += 24;
    x += write(name, x, y, theme.text, '12px') + 16;
  }
  write(words.source, 20, size.height - 16, theme.axis, '11px');
}
