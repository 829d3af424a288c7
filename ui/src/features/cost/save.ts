/** Files of a month: the chart, its tables, and the report for people who pay. */
import { asApiError } from '$lib/api/client';
import type { CostMonth } from '$lib/api/generated/CostMonth';
import type { CostQuery } from '$lib/api/generated/CostQuery';
import type { CostScope } from '$lib/api/generated/CostScope';
import type { CostTable } from '$lib/api/generated/CostTable';
import type { ImageFormat } from '$lib/api/generated/ImageFormat';
import { host } from '$lib/host';
import { overlays } from '$lib/state/overlays.svelte';
import { settings } from '$lib/state/settings.svelte';

/** A picture of the chart, a table, or the report. */
export type Saved = ImageFormat | CostTable | 'pdf' | 'html';

/** First and last day of a month, as a report asks for them. */
export function daysOf(month: Pick<CostMonth, 'fromUs' | 'toUs'>): { from: string; to: string } {
  const day = (us: number) => new Date(us / 1_000).toISOString().slice(0, 10);
  return { from: day(month.fromUs), to: day(month.toUs - 1_000) };
}

/** A scope as a report asks for it: one word. */
function scopeWord(scope: CostScope): string {
  if (scope.kind === 'account') return scope.id;
  return scope.kind === 'function' ? scope.name : 'all';
}

function bytesOf(what: Saved, month: CostMonth, query: CostQuery): Promise<ArrayBuffer> {
  switch (what) {
    case 'pdf':
    case 'html':
      return host().raw('cost_report', { ...daysOf(month), scope: scopeWord(query.scope), format: what });
    case 'svg':
    case 'png': {
      const theme = settings.theme === 'light' ? 'light' : 'dark';
      return host().raw('cost_export', { file: 'picture', query, format: what, theme });
    }
    default:
      return host().raw('cost_export', { file: 'csv', query, table: what });
  }
}

/** Asks where to, and says how it went. */
export async function saveMonth(what: Saved, month: CostMonth, query: CostQuery): Promise<void> {
  const names: Partial<Record<Saved, string>> = {
    pdf: '-report.pdf',
    html: '-report.html',
    svg: '.svg',
    png: '.png',
  };
  const name = `hearth-cost-${month.name}${names[what] ?? `-${what}.csv`}`;
  try {
    const bytes = await bytesOf(what, month, query);
    if (await host().saveFile(name, new Uint8Array(bytes))) overlays.toast(`${name} is saved`);
  } catch (thrown) {
    overlays.failed(`${name} was not saved`, asApiError(thrown));
  }
}
