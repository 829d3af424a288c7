/** What lies over the page: palette, shortcut sheet, toasts, questions. One of each for the window. */
import type { ApiError } from '$lib/api/client';

export interface ToastAction {
  label: string;
  run: () => void;
}

export interface ToastMessage {
  id: number;
  tone: 'good' | 'bad' | 'info';
  /** When it was said, of the window's clock. */
  atMs: number;
  text: string;
  detail?: string | undefined;
  action?: ToastAction | undefined;
}

export interface Question {
  title: string;
  text: string;
  confirm: string;
  danger: boolean;
  answer: (yes: boolean) => void;
}

const TOAST_MS = 7_000;
/** A short good word is read at a glance. */
const GLANCE_MS = 4_000;
/** What was said so shortly before a page is left belongs to the next one. */
const CARRIED_MS = 1_500;

class Overlays {
  palette = $state(false);
  paletteText = $state('');
  /** The sheet of keys, to read or to change them. */
  shortcuts = $state<'read' | 'change' | null>(null);
  toasts = $state.raw<readonly ToastMessage[]>([]);
  /** Whether a person is at the messages now. */
  reading = false;
  question = $state.raw<Question | null>(null);
  #next = 1;

  toast(
    text: string,
    options: { tone?: ToastMessage['tone']; detail?: string; action?: ToastAction } = {},
  ): void {
    const id = this.#next++;
    this.toasts = [
      ...this.toasts.slice(-3),
      {
        id,
        atMs: performance.now(),
        tone: options.tone ?? 'good',
        text,
        detail: options.detail,
        action: options.action,
      },
    ];
    const isGlance = (options.tone ?? 'good') === 'good' && options.detail === undefined;
    this.#expire(id, options.action ? TOAST_MS * 2 : isGlance ? GLANCE_MS : TOAST_MS);
  }

  /** Takes a message away after a while, but not while it is read: pointed at, or with the focus in it. */
  #expire(id: number, afterMs: number): void {
    setTimeout(() => (this.reading ? this.#expire(id, 1_000) : this.dismiss(id)), afterMs);
  }

  /** Says that something failed, with what to do. */
  failed(what: string, error: ApiError): void {
    this.toast(`${what}: ${error.message}`, { tone: 'bad', ...(error.hint ? { detail: error.hint } : {}) });
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    // The last one takes the pointer's place with it, and no leaving is heard.
    if (this.toasts.length === 0) this.reading = false;
  }

  /** Another page is shown: what was said on the one before goes, unless it offers to undo. */
  leave(): void {
    const lately = performance.now() - CARRIED_MS;
    this.toasts = this.toasts.filter((toast) => toast.atMs > lately || toast.action?.label === 'Undo');
  }

  /** Asks before something that cannot be undone. */
  ask(question: Omit<Question, 'answer'>): Promise<boolean> {
    return new Promise((resolve) => {
      this.question = {
        ...question,
        answer: (yes) => {
          this.question = null;
          resolve(yes);
        },
      };
    });
  }

  openPalette(text = ''): void {
    this.paletteText = text;
    this.palette = true;
  }
}

export const overlays = new Overlays();
