import { afterEach, describe, expect, it, vi } from 'vitest';
import { overlays } from './overlays.svelte';

afterEach(() => {
  overlays.toasts = [];
  vi.useRealTimers();
});

describe('leaving a page', () => {
  it('takes what was said there, but not a way to undo and not what was said on the way', () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
    overlays.toast('Read long ago');
    overlays.toast('tea is deleted', { action: { label: 'Undo', run: () => undefined } });
    vi.advanceTimersByTime(2_000);
    overlays.toast('Said on the way');
    overlays.leave();
    expect(overlays.toasts.map((toast) => toast.text)).toEqual(['tea is deleted', 'Said on the way']);
  });
});
