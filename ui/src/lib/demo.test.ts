import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HearthEvent } from './api/generated/HearthEvent';
import { demo } from './demo.svelte';
import { live } from './state/live.svelte';

afterEach(() => {
  live.muted = false;
});

describe('the demo', () => {
  it('lets nothing real into a window that shows it', () => {
    const heard: string[] = [];
    const stop = live.on((event) => heard.push(event.kind));
    const started: HearthEvent = {
      kind: 'invocation_started',
      requestId: 'r',
      functionId: 'f',
      functionName: 'real',
      atUs: 0,
    };
    live.muted = true;
    live.receive({ events: [started, { kind: 'settings_changed' }], lagged: false });
    expect(heard).toEqual(['settings_changed']);
    live.muted = false;
    live.receive({ events: [started], lagged: false });
    expect(heard).toEqual(['settings_changed', 'invocation_started']);
    stop();
  });

  it('begins the window anew when the switch turned', () => {
    const reload = vi.fn();
    vi.stubGlobal('location', { reload });
    const status = (state: 'off' | 'on') => ({
      state,
      percent: 0,
      calls: 0,
      functions: 0,
      seed: 1,
      fromUs: null,
      madeUs: null,
    });
    demo.status.data = status('off');
    demo.follow();
    expect(reload).not.toHaveBeenCalled();
    demo.status.data = status('on');
    demo.follow();
    expect(reload).toHaveBeenCalledOnce();
    expect(live.muted).toBe(true);
    expect(document.title).toBe('DEMO · Hearth');
    vi.unstubAllGlobals();
  });
});
