/** Where figures come from, in the same words everywhere. Reads which price book is open; must not know screens. */
import type { Receipt } from './api/generated/Receipt';
import { bookDay } from './format';
import { demo } from './demo.svelte';
import { app } from './state/app.svelte';

export interface Source {
  kind: 'measured' | 'derived' | 'estimated' | 'made up';
  note: string;
}

/** Seen by the local runtime itself; made up while the demo is shown. */
export function measured(what: string): Source {
  return {
    get kind() {
      return demo.on ? 'made up' : 'measured';
    },
    get note() {
      return demo.on ? `${what}. Made up: the demo.` : `${what}, by the local runtime on this computer.`;
    },
  };
}

/** Worked out of what was measured, with nothing assumed. */
export function derivedFrom(how: string): Source {
  return { kind: 'derived', note: `${how}.` };
}

/** Guessed from what was measured; says what it stands on. */
export function estimated(how: string): Source {
  return { kind: 'estimated', note: `${how}.` };
}

function book(): string {
  const info = app.info.data;
  return info
    ? `list prices of ${bookDay(info.priceDate)}, ${info.priceRegion}`
    : 'list prices of the bundled price book';
}

/** Whether a function that is shown lives in an account that somebody pays, be it made up. */
export function anyPaid(): boolean {
  return demo.on || (app.functions.data?.functions ?? []).some((row) => row.function.account !== 'local');
}

/** Money: what was measured times list prices. */
export function priced(what: string): Source {
  if (demo.on) {
    return derivedFrom(`${what} × the list prices of its plan and region, before grants. Made up: the demo`);
  }
  return anyPaid()
    ? derivedFrom(
        `${what} × the list prices of each function's plan and region, before grants; what ran on this computer cost $0 and counts as AWS Lambda, ${book()}. Not from a bill`,
      )
    : derivedFrom(`${what} × AWS ${book()}, without the free tier. It ran here for $0; not from a bill`);
}

/** Money of calls in an account, whose log was read. */
export function pricedThere(what: string): Source {
  return derivedFrom(`${what} × the list prices of its plan and region, before grants. Not from a bill`);
}

/** Money of a receipt, whose price book may be older than the one that is open. */
export function receiptSource({ priceDate, priceRegion, source }: Receipt, what = 'This call'): Source {
  return derivedFrom(
    `${what} × list prices of ${bookDay(priceDate)}, ${priceRegion} (${source}). Not from a bill`,
  );
}

/** Where the figures of a call come from, when it is one of an account whose log was read. */
export function ofLog(source: string, here: Source): Source {
  if (source === 'logs') return derivedFrom('Read from the log that the account keeps');
  if (source === 'logs_inferred')
    return estimated('Inferred from the log that the account keeps, which does not say what was billed');
  return here;
}

export const CALLS_24H = measured('Calls that began in the last 24 hours, counted');
export const ERRORS_24H = measured('Calls of the last 24 hours that failed, counted');
export const P95_24H = measured(
  'Time in the handler that 95 of 100 calls of the last 24 hours stayed under, from a sketch within 1 %',
);
export const COLD_24H = derivedFrom('Calls of the last 24 hours that started a server, of all of them');
export const RUN_TIME = measured('Queue, start-up and handler together');
export const HANDLER_TIME = measured('Time in the handler');
export const INIT_TIME = measured('From the start of the process until it was ready for its first request');
export const BILLED = derivedFrom(
  'Start-up and handler, rounded up to whole milliseconds as AWS does since August 2025',
);
/** Of a call in an account, as its answer brought it. */
export const BILLED_THERE = derivedFrom('As the account said it, in its answer or its log');
export const SEEN_FROM_HERE = derivedFrom(
  'Measured from here: the whole call, with its way through the network',
);
export const MEMORY = measured('The most memory that the process and its children held');
