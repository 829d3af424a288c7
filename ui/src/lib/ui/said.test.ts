import { render } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { pieces } from './said';
import Said from './Said.svelte';

describe('text with names between backticks', () => {
  it('tells names from words, and leaves a lone backtick alone', () => {
    expect(pieces('there is no function named `address-check` here')).toEqual([
      { text: 'there is no function named ', code: false },
      { text: 'address-check', code: true },
      { text: ' here', code: false },
    ]);
    expect(pieces('a ` alone')).toEqual([{ text: 'a ` alone', code: false }]);
    expect(pieces('')).toEqual([]);
  });

  it('shows names as code, and markup as the text that it is', () => {
    const { container } = render(Said, { text: '`<b>x</b>` and <img src=x>' });
    expect(container.querySelector('code')?.textContent).toBe('<b>x</b>');
    expect(container.querySelector('b, img')).toBeNull();
    expect(container.textContent).toBe('<b>x</b> and <img src=x>');
  });
});
