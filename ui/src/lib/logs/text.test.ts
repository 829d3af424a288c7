import { expect, it } from 'vitest';
import { logText } from './text';

const id = '8bb9308f-de0c-4c78-b43c-9c4745fdb7b9';

it('leaves out time, request and level that stand beside the line', () => {
  const said = (text: string) => logText({ origin: 'function', text });
  expect(said(`2026-11-24T00:28:52.843Z\t${id}\tINFO\theating 3 cups`)).toBe('heating 3 cups');
  expect(said(`[WARNING]\t2026-11-24T00:28:52.843Z\t${id}\tno cup`)).toBe('no cup');
  expect(said('plain words\twith a tab')).toBe('plain words\twith a tab');
  expect(logText({ origin: 'platform', text: `END RequestId: ${id}` })).toBe(`END RequestId: ${id}`);
});
