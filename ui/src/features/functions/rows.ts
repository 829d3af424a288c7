/** Rows of the Functions table: functions here and functions of accounts, side by side. Pure. */
import type { FunctionSummary } from '$lib/api/generated/FunctionSummary';
import type { FunctionConfiguration } from '$lib/api/generated/FunctionConfiguration';
import type { InventoryFunction } from '$lib/api/generated/InventoryFunction';
import { accountColour } from '$lib/clouds/words';
import { placeOf } from '$lib/function/facts';

export type Row =
  | { kind: 'here'; summary: FunctionSummary }
  | { kind: 'cloud'; one: InventoryFunction; provider: string; isProduction: boolean };

/** Names a row of an account in the address: its place, since accounts may have functions of one name. */
export function cloudKey(one: InventoryFunction): string {
  return `${one.account}/${one.function.location}/${one.function.name}`;
}

export function keyOf(row: Row): string {
  return row.kind === 'here' ? row.summary.function.name : cloudKey(row.one);
}

export function nameOf(row: Row): string {
  return row.kind === 'here' ? row.summary.function.name : row.one.function.name;
}

export function configurationOf(row: Row): FunctionConfiguration {
  return row.kind === 'here' ? row.summary.function.configuration : row.one.function.configuration;
}

export function whereOf(row: Row): string {
  return row.kind === 'here' ? placeOf(row.summary) : `${row.one.accountName} ${row.one.function.location}`;
}

/** Whose stripe it wears. */
export function accountOf(row: Row): string {
  if (row.kind === 'here') return accountColour(row.summary.function.account);
  return row.isProduction ? 'prod' : 'dev';
}

/** A figure of functions here; unknown for those of accounts, and unknown sorts last. */
export function here<T>(row: Row, figure: (summary: FunctionSummary) => T): T | null {
  return row.kind === 'here' ? figure(row.summary) : null;
}

export function callsOf(row: Row): number | null {
  return row.kind === 'here' ? row.summary.stats.calls24h : row.one.calls24h;
}

export function errorsOf(row: Row): number | null {
  return row.kind === 'here' ? row.summary.stats.errors24h : row.one.errors24h;
}

/** What was read longer ago than this is shown as old. */
const OLD_US = 60 * 60 * 1_000_000;

export function isOld(one: InventoryFunction, nowUs: number): boolean {
  return one.readUs === null || nowUs - one.readUs > OLD_US;
}
