/**
 * Every key by place: what it is by default, and what a person made of it. Owns which keys are single ones, which
 * may be switched off (WCAG 2.1.4), and which would be in each other's way. Must not know what actions do.
 */
import { settings } from './settings.svelte';

export type KeyPlace = 'Everywhere' | 'Go to' | 'Function' | 'Lanes' | 'Logs' | 'Money' | 'Ask the ledger';

export interface Binding {
  /** The action's id, or its `binding`. */
  id: string;
  title: string;
  place: KeyPlace;
  /** One chord ("Ctrl K"), one key ("/") or two keys in a row ("g f"). */
  keys: string;
}

const in_ = (place: KeyPlace, rows: readonly (readonly [string, string, string])[]): Binding[] =>
  rows.map(([id, title, keys]) => ({ id, title, place, keys }));

export const BINDINGS: readonly Binding[] = [
  ...in_('Everywhere', [
    ['palette', 'Command palette', 'Ctrl K'],
    ['shortcuts', 'This sheet', '?'],
    ['filter', 'Filter', '/'],
    ['actions', 'Actions', '.'],
    ['refresh', 'Read again', 'r'],
    ['dock', 'Show or hide the dock', 'Ctrl J'],
    ['deploy', 'Deploy…', 'Ctrl Shift D'],
    ['choose', 'Choose a folder…', 'Ctrl O'],
    ['release-brake', 'Release the brake', 'Ctrl Shift B'],
  ]),
  ...in_('Go to', [
    ['go-home', 'Home', 'g h'],
    ['go-functions', 'Functions', 'g f'],
    ['go-containers', 'Containers', 'g n'],
    ['go-lanes', 'Lanes', 'g l'],
    ['go-invocations', 'Invocations', 'g i'],
    ['go-logs', 'Logs', 'g o'],
    ['go-cost', 'Cost', 'g c'],
    ['go-tuning', 'Tuning', 'g t'],
    ['go-budgets', 'Budgets & brake', 'g b'],
    ['go-missions', 'Missions', 'g m'],
    ['go-glossary', 'Glossary', 'g g'],
    ['go-runtime', 'Local runtime', 'g r'],
    ['go-accounts', 'Accounts', 'g a'],
    ['go-ask', 'Ask the ledger', 'g q'],
    ['go-settings', 'Settings', 'g s'],
  ]),
  ...in_('Function', [
    ['test', 'Test', 'i'],
    ['tail', 'Tail logs in the dock', 't'],
    ['run', 'Run the event', 'Ctrl Enter'],
    ['again', 'Run again', 'Ctrl Shift Enter'],
    ['run-cold', 'Run on a new server', 'Ctrl Alt Enter'],
    ['save-code', 'Save the code', 'Ctrl S'],
    ['compare', 'Compare two runs', 'Ctrl D'],
  ]),
  ...in_('Lanes', [
    ['lanes-send', 'Send 1', 's'],
    ['lanes-burst', 'Burst', 'b'],
    ['lanes-stream', 'Stream on, off', 'd'],
    ['lanes-pause', 'Pause, play', 'Space'],
    ['lanes-back', 'Step back', ','],
    ['lanes-forward', 'Step forward', '.'],
    ['lanes-slower', 'Slower', '-'],
    ['lanes-faster', 'Faster', '+'],
    ['lanes-fit', 'Fit what happened', 'z'],
    ['lanes-out', 'Zoom out', '['],
    ['lanes-in', 'Zoom in', ']'],
    ['lanes-table', 'Table view', 't'],
  ]),
  ...in_('Money', [['set-budget', 'Set a budget…', 'b']]),
  ...in_('Logs', [
    ['logs-follow', 'Follow the newest', 'f'],
    ['logs-wrap', 'Wrap long lines', 'w'],
  ]),
  ...in_('Ask the ledger', [
    ['ask-run', 'Ask the question', 'Ctrl Enter'],
    ['ask-save', 'Save the question', 'Ctrl S'],
  ]),
];

/** Keys that belong to a part that has the focus, and so cannot fire by mistake: they stay as they are. */
export const FIXED: readonly { title: string; keys: readonly string[] }[] = [
  { title: 'Move', keys: ['j', 'k'] },
  { title: 'First, last', keys: ['Home', 'End'] },
  { title: 'Open details', keys: ['Space'] },
  { title: 'Open as page', keys: ['Enter'] },
  { title: 'Next pane', keys: ['F6'] },
  { title: 'Close, go up', keys: ['Esc'] },
  { title: 'Scrub, read a chart', keys: ['←', '→'] },
];

const byId = new Map(BINDINGS.map((binding) => [binding.id, binding]));

/** Whether keys are pressed without Ctrl or Alt: letters, signs and the space bar. Function keys are not. */
export function isSingle(keys: string): boolean {
  return (
    keys !== '' && keys.split(' ').every((key) => key.length === 1 || key === 'Space' || key === 'Shift')
  );
}

/** The keys of an action as they count now; empty when it has none or they are switched off. */
export function keysOf(id: string, otherwise = ''): string {
  const keys = settings.value.keys[id] ?? byId.get(id)?.keys ?? otherwise;
  return !settings.value.singleKeys && isSingle(keys) ? '' : keys;
}

/** A title with its keys behind it: `Pause (Space)`. */
export function withKeys(title: string, id: string): string {
  const keys = keysOf(id);
  return keys === '' ? title : `${title} (${keys})`;
}

const reaches = (place: KeyPlace) => place === 'Everywhere' || place === 'Go to';

/** Whether one press would begin or be both. */
function collide(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}

/** The action that already has such keys where `id` works; none when they are free. */
export function takenBy(id: string, keys: string): Binding | null {
  const binding = byId.get(id);
  if (!binding || keys === '') return null;
  const found = BINDINGS.find((other) => {
    if (other.id === id) return false;
    const near = other.place === binding.place || reaches(other.place) || reaches(binding.place);
    const theirs = settings.value.keys[other.id] ?? other.keys;
    return near && theirs !== '' && collide(keys, theirs);
  });
  return found ?? null;
}

/** Gives an action other keys, or its own again with null. Rejects with an `ApiError` when they could not be kept. */
export async function rebind(id: string, keys: string | null): Promise<void> {
  const kept = { ...settings.value.keys };
  if (keys === null || keys === byId.get(id)?.keys) delete kept[id];
  else kept[id] = keys;
  await settings.change({ keys: kept });
}
