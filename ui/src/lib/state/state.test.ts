import { describe, expect, it, vi } from 'vitest';
import { actions, press, type Action } from './commands.svelte';
import { isSingle, keysOf, rebind, takenBy } from './keys.svelte';
import { href, parse } from './router.svelte';
import { settings } from './settings.svelte';

describe('router', () => {
  it('reads back what it writes, odd names included', () => {
    const address = href('function', ['a b/c', 'test'], { run: '1', empty: null });
    expect(parse(address)).toEqual({ screen: 'function', rest: ['a b/c', 'test'], params: { run: '1' } });
  });

  it('goes home without an address, and says which one it does not know', () => {
    expect(parse('')).toEqual({ screen: 'home', rest: [], params: {} });
    expect(parse('#/nowhere').unknown).toBe('nowhere');
    expect(parse('#/lanes').unknown).toBeUndefined();
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

  it('runs nothing for an action without keys', () => {
    run.mockClear();
    const none: Action = { id: 'none', title: 'none', group: 'Do', run: () => run('none') };
    const event = new KeyboardEvent('keydown', { key: 'x', cancelable: true });
    expect(press(event, [none, { ...none, keys: '' }], 20_000)).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });
});

describe('changed keys', () => {
  it('gives an action other keys and its own again', async () => {
    await settings.load();
    await rebind('tail', 'y');
    expect(keysOf('tail')).toBe('y');
    const stop = actions.add(() => [
      { id: 'tail-it', binding: 'tail', title: 'Tail', group: 'This page', run: () => {} },
    ]);
    expect(actions.all.find((action) => action.id === 'tail-it')?.keys).toBe('y');
    stop();
    await rebind('tail', null);
    expect(keysOf('tail')).toBe('t');
    expect(settings.value.keys).toEqual({});
  });

  it('switches single keys off and leaves the others', async () => {
    await settings.load();
    await settings.change({ singleKeys: false });
    expect([keysOf('tail'), keysOf('go-home'), keysOf('lanes-pause'), keysOf('shortcuts')]).toEqual([
      '',
      '',
      '',
      '',
    ]);
    expect(keysOf('palette')).toBe('Ctrl K');
    await settings.change({ singleKeys: true });
  });

  it('knows which keys are single ones', () => {
    expect(['g', '?', 'g h', 'Space'].every(isSingle)).toBe(true);
    expect(['Ctrl K', 'F6', 'Enter', 'Alt x', ''].some(isSingle)).toBe(false);
  });

  it('says which action has such keys where both would hear them', async () => {
    await settings.load();
    expect(takenBy('tail', 'i')?.id).toBe('test');
    expect(takenBy('tail', 'g')?.title, 'it would swallow the first of two keys').toBe('Home');
    expect(takenBy('lanes-send', 'i'), 'keys of different places do not meet').toBeNull();
    expect(takenBy('tail', 'Ctrl Y')).toBeNull();
  });
});
