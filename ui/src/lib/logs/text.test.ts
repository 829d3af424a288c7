import { expect, it } from 'vitest';
import { logText, shortLine } from './text';

const id = '8bb9308f-de0c-4c78-b43c-9c4745fdb7b9';

it('leaves out time, request and level that stand beside the line', () => {
  const said = (text: string) => logText({ origin: 'function', text });
  expect(said(`2026-11-24T00:28:52.843Z\t${id}\tINFO\theating 3 cups`)).toBe('heating 3 cups');
  expect(said(`[WARNING]\t2026-11-24T00:28:52.843Z\t${id}\tno cup`)).toBe('no cup');
  expect(said('plain words\twith a tab')).toBe('plain words\twith a tab');
  expect(logText({ origin: 'platform', text: `END RequestId: ${id}` })).toBe(`END RequestId: ${id}`);
});

it('says in few words what Hearth wrote beside a run', () => {
  const short = (text: string) => shortLine({ origin: 'platform', level: 'info', text });
  expect(short(`START RequestId: ${id} Version: $LATEST`)).toEqual({
    word: 'start',
    text: 'request 8bb9308f, version $LATEST',
  });
  expect(
    short(
      `REPORT RequestId: ${id}\tDuration: 0.56 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 23 MB\tInit Duration: 12.10 ms\tStatus: timeout`,
    ),
  ).toEqual({ word: 'report', text: '0.56 ms, billed 13 ms, 23 of 128 MB, start-up 12.10 ms, timeout' });
  expect(short(`RequestId: ${id} Error: Task timed out after 3.00 seconds`).text).toBe(
    'Task timed out after 3.00 seconds',
  );
  expect(short('something new').text, 'what is not known stays whole').toBe('something new');
});
