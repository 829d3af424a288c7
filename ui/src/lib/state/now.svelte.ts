/** A slow clock for "3 min ago". Aligned to Hearth's own clock; stops while the window is hidden. */
import { createSubscriber } from 'svelte/reactivity';

const EVERY_MS = 5_000;
let offsetUs = 0;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(() => {
    if (!document.hidden) update();
  }, EVERY_MS);
  return () => clearInterval(timer);
});

/** Hearth's clock minus this window's, learned from an answer. */
export function align(nowUs: number): void {
  offsetUs = nowUs - Date.now() * 1_000;
}

/** Hearth's clock now; what reads it is drawn again every few seconds. */
export function nowUs(): number {
  subscribe();
  return Date.now() * 1_000 + offsetUs;
}
