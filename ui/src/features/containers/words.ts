/** Containers in words. Pure; must not know a screen. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { Launch } from '$lib/api/generated/Launch';
import type { PricedTask } from '$lib/api/generated/PricedTask';
import type { RunningCost } from '$lib/api/generated/RunningCost';
import type { TaskSize } from '$lib/api/generated/TaskSize';
import { exactMoney, megabytes, money, smallMoney } from '$lib/format';

/** `0.25 vCPU, 512 MB, arm64, Spot`. */
export function sizeWords(size: TaskSize | null, launch: Launch): string {
  const parts: string[] = [];
  if (size === null) parts.push('size unknown');
  else {
    parts.push(`${size.cpuUnits / 1024} vCPU`, megabytes(size.memoryMb));
    if (size.windows) parts.push('Windows');
    else if (size.architecture === 'arm64') parts.push('arm64');
  }
  if (launch === 'fargate_spot') parts.push('Spot');
  else if (launch === 'mixed') parts.push('partly Spot');
  else if (launch === 'other') parts.push('own machines');
  return parts.join(', ');
}

/** An amount of any size; below a cent with the digits that matter. */
export function amount(usd: string | number): string {
  const value = Number(usd);
  if (!Number.isFinite(value)) return 'unknown';
  return value === 0 || Math.abs(value) >= 0.01 ? money(value) : smallMoney(value);
}

/** What runs, in an hour: four digits that matter, since hours cost cents. */
export function hourly(cost: RunningCost): string {
  const value = Number(cost.hourUsd);
  const text = value === 0 ? '$0' : exactMoney(Number(value.toPrecision(4)).toFixed(12));
  return `${least(cost.hour.unknown)}${text}`;
}

export function monthly(cost: RunningCost): string {
  return `${least(cost.hour.unknown)}${amount(cost.monthUsd)}`;
}

/** A sum with a part that nobody knows is the least it can be. */
export function least(unknown: readonly string[]): string {
  return unknown.length > 0 ? '≥\u00a0' : '';
}

const RUNNING = ['RUNNING', 'STOPPED'];

/** Whether a task is on its way to another state. */
export function isMoving({ state }: PricedTask): boolean {
  return !RUNNING.includes(state);
}

/** The state of a task, and how it reads: never by colour alone. */
export function taskState(task: PricedTask): { text: string; tone: 'good' | 'warn' | 'bad' | 't3' } {
  const text = task.state.toLowerCase();
  if (task.stop?.failed) return { text: `${text}, failed`, tone: 'bad' };
  if (task.stopped) return { text, tone: 't3' };
  return { text, tone: task.state === 'RUNNING' ? 'good' : 'warn' };
}

/** The first signs of a task's id, as AWS's own console shows them. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** The regions that an account is read in. */
export function regionsOf(one: AccountInfo): string {
  return one.chosenLocations.length > 0
    ? one.chosenLocations.join(', ')
    : (one.account.location ?? 'us-east-1');
}
