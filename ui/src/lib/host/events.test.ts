import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventBatch } from '$lib/api/generated/EventBatch';
import { listenToEvents, RETRY_MS } from './events';
import type { Connection } from './host';

class FakeSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 0;
  onopen: () => void = () => {};
  onmessage: (message: { data: string }) => void = () => {};
  onerror: () => void = () => {};
  constructor() {
    FakeSource.made.push(this);
  }
  close(): void {
    this.readyState = 2;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen();
  }
  loses(readyState: number): void {
    this.readyState = readyState;
    this.onerror();
  }
}

describe('the stream of events', () => {
  let answer: () => Promise<Response>;
  const states: Connection[] = [];
  const batches: EventBatch[] = [];
  let stop = () => {};

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeSource);
    vi.stubGlobal('fetch', () => answer());
    FakeSource.made = [];
    states.length = 0;
    batches.length = 0;
    stop = listenToEvents(
      (batch) => batches.push(batch),
      (state) => states.push(state),
    );
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('leaves a lost connection to EventSource, and asks everything again when it is back', () => {
    const [source] = FakeSource.made;
    source!.opens();
    source!.loses(FakeSource.CONNECTING);
    source!.opens();
    expect(states).toEqual(['open', 'trying', 'open']);
    expect(batches).toEqual([{ events: [], lagged: true }]);
    expect(FakeSource.made).toHaveLength(1);
  });

  it('says that it is signed out when a new Hearth refuses it, and is back once it is let in', async () => {
    FakeSource.made[0]!.opens();
    answer = () => Promise.resolve(new Response('{}', { status: 401 }));
    FakeSource.made[0]!.loses(FakeSource.CLOSED);
    await vi.advanceTimersByTimeAsync(RETRY_MS * 2.5);
    expect(states.at(-1)).toBe('signed_out');
    expect(FakeSource.made, 'no stream is opened that would be refused').toHaveLength(1);

    answer = () => Promise.resolve(new Response('{}', { status: 200 }));
    await vi.advanceTimersByTimeAsync(RETRY_MS);
    expect(FakeSource.made).toHaveLength(2);
    FakeSource.made[1]!.opens();
    expect(states.at(-1)).toBe('open');
    expect(batches.at(-1)?.lagged).toBe(true);
  });

  it('goes on trying while nobody answers', async () => {
    let asked = 0;
    answer = () => {
      asked++;
      return Promise.reject(new TypeError('refused'));
    };
    FakeSource.made[0]!.loses(FakeSource.CLOSED);
    await vi.advanceTimersByTimeAsync(RETRY_MS * 3.5);
    expect(asked).toBe(4);
    expect(states.at(-1)).toBe('trying');
  });
});
