/** What a chart shows: named lines and bars over one time axis. Must not know uPlot or the DOM. */
export type Shape = 'bars' | 'line' | 'dotted';

export interface ChartSeries {
  id: string;
  label: string;
  values: Float64Array;
  shape: Shape;
  /** Token of its colour, for instance `--c-compute`. */
  colour: string;
  /** Token of the partner that makes a hatch of it. */
  hatch?: string;
  /** Stands on the series before it: `values` are drawn from there. */
  stackedOn?: Float64Array;
  /** Counts: the axis has whole steps only. */
  whole?: boolean;
  /** On the axis at the right. */
  right?: boolean;
  format: (value: number) => string;
}

/** What a cursor says at one row: the instant, then each series that has a value there. */
export function rowWords(when: string, series: readonly ChartSeries[], row: number): string {
  const parts = series.flatMap((one) => {
    const value = one.values[row];
    return value === undefined || Number.isNaN(value) ? [] : [`${one.label} ${one.format(value)}`];
  });
  return parts.length === 0 ? `${when}: nothing` : `${when}: ${parts.join(', ')}`;
}

/** Labels at the right end of lines: at the last value of each, moved apart so that none covers another. Of lines that end together the later, which is the higher percentile, is told above. */
export function apart(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y || b.index - a.index);
  let before = top - gap;
  for (const one of order) {
    one.y = Math.max(one.y, before + gap);
    before = one.y;
  }
  let after = bottom + gap;
  for (const one of [...order].reverse()) {
    one.y = Math.min(one.y, after - gap);
    after = one.y;
  }
  const out = new Array<number>(wanted.length).fill(0);
  for (const one of order) out[one.index] = one.y;
  return out;
}
