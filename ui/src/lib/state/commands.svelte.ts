/** The table of everything that can be done: palette, shortcuts and menus read it. Must not know any screen. */
import { untrack } from 'svelte';
import { keysOf } from './keys.svelte';

export interface Action {
  id: string;
  /** Verb and object, sentence case. */
  title: string;
  /** Second line: where, or what it changes. */
  detail?: string;
  group: 'Go to' | 'Functions' | 'Do' | 'This page' | 'Help';
  /** Not among the first of an empty palette: a file to save, a filter. */
  seldom?: boolean;
  /** Which binding of the table of keys it has; its id without one. */
  binding?: string;
  /** Keys of its own, when the table has none for it. */
  keys?: string;
  /** Works while the person types in a field; chords with Ctrl do so anyway. */
  inFields?: boolean;
  run: () => void;
}

/** An action with the keys that count now; without any when it has none. */
function withItsKeys({ keys: own, ...action }: Action): Action {
  const keys = keysOf(action.binding ?? action.id, own);
  return keys === '' ? action : { ...action, keys };
}

class Actions {
  #sets = $state.raw<readonly (() => readonly Action[])[]>([]);

  /** Every action that can be run now; a page's own come first. */
  get all(): Action[] {
    return [...this.#sets]
      .reverse()
      .flatMap((set) => set())
      .map(withItsKeys);
  }

  /** Adds actions while the caller lives; returns how to take them away. */
  add(set: () => readonly Action[]): () => void {
    this.#sets = [...this.#sets, set];
    return () => {
      this.#sets = this.#sets.filter((other) => other !== set);
    };
  }
}

export const actions = new Actions();

/** Adds actions for as long as a component lives. */
export function useActions(set: () => readonly Action[]): void {
  // Adding reads the sets that are there: the effect must not depend on them.
  $effect(() => untrack(() => actions.add(set)));
}

const MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** The chord of a key press in the words of the table: `Ctrl Shift Enter`, `g`, `?`. */
export function chord(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || (MAC && event.metaKey)) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey)) parts.push('Shift');
  parts.push(
    event.key === ' '
      ? 'Space'
      : event.key.length === 1 && (event.ctrlKey || event.metaKey)
        ? event.key.toUpperCase()
        : event.key,
  );
  return parts.join(' ');
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input:not([type=checkbox],[type=radio],[type=range]), textarea, select'))
  );
}

function pressable(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'button, a, input, textarea, select, summary, [role=listbox], [role=dialog], [role=menu], tr[tabindex]',
    ) !== null
  );
}

const SEQUENCE_MS = 1200;
let pending = '';
let pendingAt = 0;

/** Runs the action of a key press; false when none has it. */
export function press(event: KeyboardEvent, all: readonly Action[], now: number = event.timeStamp): boolean {
  if (event.isComposing || event.defaultPrevented) return false;
  const pressed = chord(event);
  const withControl = pressed.startsWith('Ctrl ') || pressed.startsWith('Alt ');
  const inField = typing(event.target);
  // The space bar presses what has the focus.
  if (pressed === 'Space' && pressable(event.target)) return false;
  const sequence = pending !== '' && now - pendingAt < SEQUENCE_MS ? `${pending} ${pressed}` : '';
  pending = '';
  const allowed = (action: Action) => withControl || action.inFields === true || !inField;
  const by = (keys: string) =>
    keys === '' ? undefined : all.find((action) => action.keys === keys && allowed(action));
  const found = by(sequence) ?? by(pressed);
  if (found) {
    event.preventDefault();
    found.run();
    return true;
  }
  if (!inField && !withControl && all.some((action) => action.keys?.startsWith(`${pressed} `))) {
    pending = pressed;
    pendingAt = now;
    return true;
  }
  return false;
}
