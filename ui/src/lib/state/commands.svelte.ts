/** The table of everything that can be done: palette, shortcuts and menus read it. Must not know any screen. */
import { untrack } from 'svelte';

export interface Action {
  id: string;
  /** Verb and object, sentence case. */
  title: string;
  /** Second line: where, or what it changes. */
  detail?: string;
  group: 'Go to' | 'Functions' | 'Do' | 'This page' | 'Help';
  /** One chord ("Ctrl K"), one key ("/") or two keys in a row ("g f"). */
  keys?: string;
  /** Works while the person types in a field; chords with Ctrl do so anyway. */
  inFields?: boolean;
  run: () => void;
}

class Actions {
  #sets = $state.raw<readonly (() => readonly Action[])[]>([]);

  /** Every action that can be run now; a page's own come first. */
  get all(): Action[] {
    return [...this.#sets].reverse().flatMap((set) => set());
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

const SEQUENCE_MS = 1200;
let pending = '';
let pendingAt = 0;

/** Runs the action of a key press; false when none has it. */
export function press(event: KeyboardEvent, all: readonly Action[], now: number = event.timeStamp): boolean {
  if (event.isComposing || event.defaultPrevented) return false;
  const pressed = chord(event);
  const withControl = pressed.startsWith('Ctrl ') || pressed.startsWith('Alt ');
  const inField = typing(event.target);
  const sequence = pending !== '' && now - pendingAt < SEQUENCE_MS ? `${pending} ${pressed}` : '';
  pending = '';
  const allowed = (action: Action) => withControl || action.inFields === true || !inField;
  const found =
    all.find(
      (action) =>
        (action.keys === sequence || action.keys === pressed) &&
        allowed(action) &&
        (sequence === '' || action.keys === sequence),
    ) ?? all.find((action) => action.keys === pressed && allowed(action));
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
