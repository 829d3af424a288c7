/** Budgets and the brake in words, the same in the title bar and on their page. Pure; must not know any screen. */
import type { BrakeMode } from '$lib/api/generated/BrakeMode';
import type { BrakeRehearsal } from '$lib/api/generated/BrakeRehearsal';
import type { BrakeStatus } from '$lib/api/generated/BrakeStatus';
import type { Budget } from '$lib/api/generated/Budget';
import type { BudgetScope } from '$lib/api/generated/BudgetScope';
import type { Rehearsed } from '$lib/api/generated/Rehearsed';
import { money, plural, smallMoney } from '$lib/format';

/** A scope as one word, for keys and addresses: `all`, `account:local`, `function:kettle`. */
export function scopeKey(scope: BudgetScope): string {
  if (scope.kind === 'all') return 'all';
  return scope.kind === 'account' ? `account:${scope.account}` : `function:${scope.function}`;
}

/** The scope of such a word; none when it is something else. */
export function scopeOf(key: string): BudgetScope | null {
  if (key === 'all') return { kind: 'all' };
  const at = key.indexOf(':');
  const rest = key.slice(at + 1);
  if (rest === '') return null;
  if (key.startsWith('account:')) return { kind: 'account', account: rest };
  if (key.startsWith('function:')) return { kind: 'function', function: rest };
  return null;
}

/** An amount that may be far under a cent: true digits then, never "under 1¢". */
export function amount(usd: string): string {
  const value = Number(usd);
  if (value === 0 || value >= 0.01 || !Number.isFinite(value)) return money(usd);
  return smallMoney(value);
}

/** How a budget stands, in a word. */
export function stateWord(budget: Budget): string {
  return { under: 'under', alert: 'past an alert', runaway: 'runs away', over: 'spent' }[budget.state];
}

/** What the brake can be set to, in the order of the switch. */
export const BRAKE_MODES: readonly { value: BrakeMode; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'suggest', label: 'Suggest' },
  { value: 'armed', label: 'Armed' },
];

/** What it does then. */
export const BRAKE_DOES: Record<BrakeMode, string> = {
  off: 'It does nothing. Budgets still tell.',
  suggest: 'It asks before it stops a function.',
  armed: 'It stops a function by itself: its limit of servers becomes 0.',
};

/** What the brake would do about a function, in words. */
export function actWords({ act, atNextCall }: Rehearsed): string {
  const words = {
    stops: 'would stop it',
    asks: 'would ask to stop it',
    off: 'is off, would only tell',
    rests: 'leaves it alone for now',
    holds: 'holds it already',
    runs: 'has no reason',
  }[act];
  return atNextCall ? `${words} with its next call` : words;
}

/** A rehearsal in one sentence. */
export function rehearsed({ functions, mode }: BrakeRehearsal): string {
  const those = (...acts: Rehearsed['act'][]) => functions.filter(({ act }) => acts.includes(act)).length;
  const found = those('stops', 'asks', 'off');
  const held = those('holds');
  const holds = held > 0 ? ` It holds ${plural(held, 'function')} already.` : '';
  if (found === 0) return `The brake would do nothing${held > 0 ? ' more' : ''}: nothing runs away.${holds}`;
  const does = { off: 'would only tell of', suggest: 'would ask to stop', armed: 'would stop' }[mode];
  return `The brake ${does} ${plural(found, 'function')}.${holds}`;
}

export type PillTone = 'plain' | 'warn' | 'bad' | 'ember';

const MODES = { off: 'Brake off', suggest: 'Brake: suggest', armed: 'Brake: armed' } as const;

/** What the title bar says: what is held, else what should be, else the mode and the fullest budget. */
export function pill(status: BrakeStatus): { text: string; tone: PillTone } {
  const all = [...status.held, ...status.heldElsewhere.filter((one) => one.by === 'brake')];
  const [held] = all;
  if (held) {
    const what = all.length === 1 ? held.function : plural(all.length, 'function');
    return { text: `Brake holds ${what}`, tone: 'bad' };
  }
  const [suggestion] = status.suggestions;
  if (suggestion) return { text: `Stop ${suggestion.function}?`, tone: 'warn' };
  const fullest = status.budgets.reduce<Budget | null>(
    (most, budget) => (most === null || budget.spentPercent > most.spentPercent ? budget : most),
    null,
  );
  const mode = MODES[status.mode];
  if (!fullest) return { text: mode, tone: status.mode === 'armed' ? 'ember' : 'plain' };
  const part = `${Math.floor(Math.min(fullest.spentPercent, 9_999))} % of ${amount(fullest.amountUsd)}`;
  const tone: PillTone =
    fullest.state === 'over' || fullest.state === 'runaway'
      ? 'bad'
      : fullest.state === 'alert'
        ? 'warn'
        : status.mode === 'armed'
          ? 'ember'
          : 'plain';
  return { text: `${mode}, ${part}`, tone };
}

/** Percent as a person types them: `50, 80, 100`; none when one of them is no whole number of 1 to 1000. */
export function parseAlerts(text: string): number[] | null {
  const parts = text
    .split(/[\s,;%]+/)
    .filter((part) => part !== '')
    .map(Number);
  return parts.length <= 10 && parts.every((part) => Number.isInteger(part) && part >= 1 && part <= 1_000)
    ? parts
    : null;
}
