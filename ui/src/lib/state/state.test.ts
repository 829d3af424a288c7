import { describe, expect, it, vi } from 'vitest';
import { press, type Action } from './commands.svelte';
import { href, parse } from './router.svelte';

describe('router', () => {
  it('reads back what it writes, odd names included', () => {
    const address = href('function', ['a b/c', 'test'], { run: '1', empty: null });
    expect(parse(address)).toEqual({ screen: 'function', rest: ['a b/c', 'test'], params: { run: '1' } });
  });

  it('goes home for an address it does not know', () => {
    expect(parse('#/nowhere').screen).toBe('home');
    expect(parse('').screen).toBe('home');
  });
});

describe('keys', () => {
  const run = vi.fn();
  const action = (id: string, keys: string): Action => ({
    id,
    title: id,
    group: 'Do',
    keys,
    run: () => run(id),
  });
  const all = [
    action('lanes', 'g l'),
    action('log', 'l'),
    action('run', 'Ctrl Enter'),
    action('filter', '/'),
  ];
  const type = (
    key: string,
    at: number,
    target: EventTarget = document.body,
    init: KeyboardEventInit = {},
  ) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
    Object.defineProperty(event, 'target', { value: target });
    return press(event, all, at);
  };

  it('takes two keys in a row as one, and forgets the first after a while', () => {
    run.mockClear();
    type('g', 0);
    type('l', 300);
    expect(run).toHaveBeenLastCalledWith('lanes');
    type('g', 1_000);
    type('l', 5_000);
    expect(run).toHaveBeenLastCalledWith('log');
  });

  it('leaves single keys to the field a person types in, but not chords', () => {
    run.mockClear();
    const field = document.createElement('input');
    expect(type('/', 10_000, field)).toBe(false);
    expect(run).not.toHaveBeenCalled();
    type('Enter', 10_100, field, { ctrlKey: true });
    expect(run).toHaveBeenLastCalledWith('run');
  });
});
