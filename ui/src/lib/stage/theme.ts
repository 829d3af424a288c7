/** Colours of a stage, read from the tokens of the page. Must not know models; the only place that asks the DOM for a colour. */
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';

type Markable = EnvironmentState | 'throttled';

export interface StageTheme {
  mark: Record<Markable, string>;
  partner: Record<Markable, string>;
  hairline: string;
  edge: string;
  textStrong: string;
  text: string;
  textDim: string;
  ember: string;
  emberText: string;
  well: string;
  selected: string;
  axis: string;
  grid: string;
  onBusy: string;
  band: string;
  font: string;
}

const MARKS: Markable[] = [
  'init',
  'restored',
  'busy',
  'warm',
  'frozen',
  'thaw',
  'failed',
  'reaped',
  'throttled',
];

export function readTheme(element: Element): StageTheme {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const mark = {} as StageTheme['mark'];
  const partner = {} as StageTheme['partner'];
  for (const name of MARKS) {
    mark[name] = read(`--st-${name}`);
    partner[name] = read(`--st-${name}-2`);
  }
  return {
    mark,
    partner,
    hairline: read('--line-1'),
    edge: read('--line-2'),
    textStrong: read('--tx-1'),
    text: read('--tx-2'),
    textDim: read('--tx-3'),
    ember: read('--ember'),
    emberText: read('--ember-tx'),
    well: read('--bg-well'),
    selected: read('--bg-sel'),
    axis: read('--c-axis'),
    grid: read('--c-grid'),
    onBusy: read('--on-busy'),
    band: read('--c-band'),
    font: read('--font-sans') || 'sans-serif',
  };
}
