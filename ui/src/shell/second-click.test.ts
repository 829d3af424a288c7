import { expect, it } from 'vitest';
import { isStray } from './second-click';

function button(): HTMLElement {
  const made = document.createElement('button');
  made.append(document.createElement('span'));
  return made;
}
const click = (target: HTMLElement | null | undefined, detail: number) =>
  isStray({ target: target ?? null, detail });

it('presses the same button as often as it is clicked, wherever inside of it', () => {
  const one = button();
  expect([click(one, 1), click(one.querySelector('span'), 2), click(one, 3)]).toEqual([false, false, false]);
});

it('does not press what came under the pointer with the first click', () => {
  const [deploy, undo] = [button(), button()];
  expect(click(deploy, 1)).toBe(false);
  expect(click(undo, 2)).toBe(true);
  expect(click(undo, 3)).toBe(true);
  expect(click(undo, 1), 'a click of its own').toBe(false);
});

it('leaves the keyboard and words alone', () => {
  const [deploy, undo] = [button(), button()];
  click(deploy, 1);
  expect(click(undo, 0)).toBe(false);
  click(deploy, 1);
  expect(click(document.createElement('p'), 2)).toBe(false);
});
