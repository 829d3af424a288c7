/** Finds actions by what was typed. Pure. */
import uFuzzy from '@leeoniya/ufuzzy';
import type { Action } from '$lib/state/commands.svelte';

export interface Part {
  text: string;
  hit: boolean;
}

export interface Found {
  action: Action;
  parts: Part[];
}

const fuzzy = new uFuzzy({ intraMode: 1, intraIns: 1 });
const GROUPS: Action['group'][] = ['This page', 'Functions', 'Do', 'Go to', 'Help'];
/** Without a text: what people do most comes first. */
const FIRST: Action['group'][] = ['This page', 'Do', 'Go to', 'Functions', 'Help'];
const MOST = 60;
/** Actions of functions for an empty text: many functions must not push out what follows them. */
const MOST_FUNCTIONS = 25;
/** Words of a text that may stand in any order; more than that stand in the order they are typed in. */
const MOST_WORDS = 4;

function marked(text: string, ranges: readonly number[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (let index = 0; index + 1 < ranges.length; index += 2) {
    const from = ranges[index] ?? 0;
    const to = ranges[index + 1] ?? 0;
    if (from >= text.length) break;
    if (from > at) parts.push({ text: text.slice(at, from), hit: false });
    parts.push({ text: text.slice(from, Math.min(to, text.length)), hit: true });
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false });
  return parts;
}

function grouped(found: readonly Found[], groups = GROUPS): Found[] {
  return groups.flatMap((group) => found.filter(({ action }) => action.group === group));
}

/** Actions that match, best first inside their group; for an empty text all of them, those of functions cut short. */
export function find(text: string, all: readonly Action[]): Found[] {
  const seen = new Map(all.map((action) => [action.id, action]));
  const list = [...seen.values()].filter((action) => action.id !== 'palette' && action.id !== 'actions');
  const needle = text.trim();
  if (needle === '') {
    let functions = 0;
    const found = list.map((action) => ({ action, parts: [{ text: action.title, hit: false }] }));
    const often = grouped(
      found.filter(({ action }) => !action.seldom),
      FIRST,
    ).filter(({ action }) => action.group !== 'Functions' || ++functions <= MOST_FUNCTIONS);
    return [...often, ...found.filter(({ action }) => action.seldom)];
  }
  const haystack = list.map((action) => `${action.title} ${action.detail ?? ''}`);
  const words = needle.split(/[\s-]+/).length;
  const [, info, order] = fuzzy.search(haystack, needle, words > MOST_WORDS ? 0 : MOST_WORDS);
  if (!info || !order) return [];
  const best: Found[] = [];
  for (const place of order.slice(0, MOST)) {
    const index = info.idx[place];
    const action = index === undefined ? undefined : list[index];
    if (action) best.push({ action, parts: marked(action.title, info.ranges[place] ?? []) });
  }
  return grouped(best);
}
