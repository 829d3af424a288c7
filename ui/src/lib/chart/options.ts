/** uPlot's options for our charts. Owns axes, hatches, bars and labels at the lines' ends; must not know what a chart means. */
import uPlot from 'uplot';
import { apart, type ChartSeries } from './chart';

export interface PlotWish {
  /** Seconds of one step. */
  step: number;
  /** Width of the axis at the left. */
  axisWidth: number;
  element: HTMLElement;
  series: readonly ChartSeries[];
  width: number;
  height: number;
  group: string;
  axisWords: (seconds: number) => string;
}

interface Colours {
  read: (token: string) => string;
  axis: string;
  grid: string;
  font: string;
}

function colours(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const read = (token: string): string => style.getPropertyValue(token).trim();
  return { read, axis: read('--c-axis'), grid: read('--c-grid'), font: read('--font-sans') || 'sans-serif' };
}

/** The hatch of start-up, so that it is not told by its colour alone. */
function hatch(context: CanvasRenderingContext2D, ink: string, ground: string): CanvasPattern | string {
  const ratio = window.devicePixelRatio || 1;
  const size = Math.max(4, Math.round(6 * ratio));
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const c = tile.getContext('2d');
  if (!c) return ink;
  c.fillStyle = ground;
  c.fillRect(0, 0, size, size);
  c.strokeStyle = ink;
  c.lineWidth = 2.4 * ratio;
  c.beginPath();
  for (let k = -1; k <= 1; k++) {
    c.moveTo(k * size - 1, size + 1);
    c.lineTo(k * size + size + 1, -1);
  }
  c.stroke();
  return context.createPattern(tile, 'repeat') ?? ink;
}

/** Steps of an axis of counts. */
const WHOLE = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

export function plotOptions({
  element,
  series,
  width,
  height,
  group,
  axisWords,
  step,
  axisWidth,
}: PlotWish): uPlot.Options {
  const { read, axis, grid, font } = colours(element);
  const lines = series.filter((one) => one.shape !== 'bars');
  const left = series.find((one) => !one.right);
  const right = series.find((one) => one.right);
  const base = {
    stroke: axis,
    font: `11px ${font}`,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  const scale = (): uPlot.Scale => ({
    // Counts and money stand on zero; an empty chart still has a height.
    range: (_self, _min, max) => [0, max > 0 ? max * 1.12 : 1],
  });
  return {
    width,
    height,
    padding: [18, lines.length > 0 && !right ? 58 : right ? 4 : 22, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: group }, points: { size: 6 }, drag: { x: false, y: false }, y: false },
    // A step's bar stands around its point, so that lines and bars of one step meet.
    scales: {
      x: { time: true, range: (_self, min, max) => [min - step / 2, max + step / 2] },
      y: scale(),
      ...(right ? { r: scale() } : {}),
    },
    axes: [
      { ...base, grid: { show: false }, size: 24, gap: 4, values: (_self, splits) => splits.map(axisWords) },
      {
        ...base,
        // Tiny amounts have long labels.
        size: (_self, labels) =>
          Math.max(axisWidth, 14 + 6.6 * Math.max(0, ...(labels ?? []).map((label) => label.length))),
        gap: 6,
        space: 30,
        ...(left?.whole ? { incrs: WHOLE } : {}),
        values: (_self, splits) =>
          splits.map((value) => (value === 0 ? '0' : (left ?? right)?.format(value)) ?? ''),
      },
      ...(right
        ? [
            {
              ...base,
              side: 1 as const,
              scale: 'r',
              size: 56,
              gap: 6,
              space: 30,
              grid: { show: false },
              values: (_self: uPlot, splits: number[]) =>
                splits.map((value) => (value === 0 ? '0' : right.format(value))),
            },
          ]
        : []),
    ],
    series: [{}, ...series.map((one) => seriesOptions(one, read))],
    hooks: {
      draw: [(self) => (right ? undefined : endLabels(self, series, lines, read, font))],
    },
  };
}

function seriesOptions(one: ChartSeries, read: Colours['read']): uPlot.Series {
  const ink = read(one.colour);
  const shared = { label: one.label, scale: one.right ? 'r' : 'y', spanGaps: false };
  if (one.shape === 'bars') {
    // A week of hours leaves two pixels a step: there the bars touch rather than vanish.
    const many = one.values.length > 100;
    const bars = uPlot.paths.bars?.({ size: [0.78, 26, many ? 3 : 1], align: 0, gap: many ? 0 : 1 });
    return {
      ...shared,
      ...(bars ? { paths: bars } : {}),
      fill: one.hatch
        ? (self) => hatch(self.ctx, ink, read(one.hatch ?? '')) as CanvasRenderingContext2D['fillStyle']
        : ink,
      width: 0,
      points: { show: false },
    };
  }
  return {
    ...shared,
    stroke: ink,
    width: 1.6,
    ...(one.shape === 'dotted' ? { dash: [2, 4] } : {}),
    points: { show: true, size: 4, fill: ink, stroke: ink },
  };
}

/** The name of each line at its right end. */
function endLabels(
  self: uPlot,
  series: readonly ChartSeries[],
  lines: readonly ChartSeries[],
  read: Colours['read'],
  font: string,
): void {
  const ratio = window.devicePixelRatio || 1;
  const ends = lines.flatMap((one) => {
    const values = one.values;
    let last = values.length - 1;
    while (last >= 0 && Number.isNaN(values[last] ?? Number.NaN)) last--;
    const value = values[last];
    if (value === undefined || series.length === 0) return [];
    const x = self.valToPos(self.data[0][last] ?? 0, 'x', true);
    return [{ one, x, y: self.valToPos(value, one.right ? 'r' : 'y', true) }];
  });
  const { top, height } = self.bbox;
  const ys = apart(
    ends.map((end) => end.y),
    13 * ratio,
    top + 5 * ratio,
    top + height - 4 * ratio,
  );
  const context = self.ctx;
  context.save();
  context.font = `500 ${11 * ratio}px ${font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  ends.forEach((end, index) => {
    const y = ys[index] ?? end.y;
    // A line that ends early has its name where it ends; a stroke leads to one that had to move.
    context.strokeStyle = read(end.one.colour);
    context.lineWidth = ratio;
    context.beginPath();
    context.moveTo(end.x + 4 * ratio, end.y);
    context.lineTo(end.x + 10 * ratio, y);
    context.stroke();
    context.fillStyle = read('--tx-2');
    context.fillText(end.one.label, end.x + 13 * ratio, y);
  });
  context.restore();
}
