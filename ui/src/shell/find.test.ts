import { describe, expect, it } from 'vitest';
import type { Action } from '$lib/state/commands.svelte';
import { find } from './find';

const action = (id: string, title: string, group: Action['group'] = 'Functions'): Action => ({
  id,
  title,
  group,
  run: () => {},
});
const all = [
  action('open', 'hello-python'),
  action('test', 'Test hello-python'),
  action('kettle', 'Test kettle'),
  action('home', 'Home', 'Go to'),
];
const ids = (text: string): string[] => find(text, all).map((found) => found.action.id);

describe('the palette', () => {
  it('finds several words, in any order, and names with a hyphen', () => {
    expect(ids('Test kettle')).toEqual(['kettle']);
    expect(ids('kettle test')).toEqual(['kettle']);
    expect(ids('hello-python').sort()).toEqual(['open', 'test']);
    expect(ids('test hello-python')).toEqual(['test']);
  });

  it('finds a whole title, however many words it has', () => {
    const long = action('long', 'Run hello-python in the dock');
    const found = find('Run hello-python in the dock', [...all, long]);
    expect(found.map((one) => one.action.id)).toEqual(['long']);
  });

  it('shows what Hearth can do behind the functions, however many there are', () => {
    const many = Array.from({ length: 300 }, (_, index) => action(`f${index}`, `function ${index}`));
    const found = find('', [...many, ...all, action('keys', 'Show the keys', 'Help')]);
    expect(found).toHaveLength(27);
    expect(found.at(-1)?.action.id).toBe('keys');
  });

  it('begins with what people do, and ends with files to save', () => {
    const save = { ...action('save', 'Save the chart', 'This page'), seldom: true };
    const found = find('', [save, ...all, action('deploy', 'Deploy a folder…', 'Do')]).map(
      (one) => one.action.id,
    );
    expect(found.slice(0, 2)).toEqual(['deploy', 'home']);
    expect(found.at(-1)).toBe('save');
    expect(find('save', [save, ...all])[0]?.action.id, 'found when it is typed').toBe('save');
  });

  it('shows everything for nothing, and nothing for what does not exist', () => {
    expect(ids('')).toHaveLength(all.length);
    expect(ids('teapot')).toEqual([]);
  });
});
