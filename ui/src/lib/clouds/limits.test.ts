import { expect, it } from 'vitest';
import { memoryProblem, roleWords, timeoutProblem } from './limits';

it('takes the sizes of each vendor and no others', () => {
  expect(memoryProblem('aws', 10_240)).toBeNull();
  expect(memoryProblem('aws', 10_241)).toBe('Memory is 128 to 10 240 MB');
  expect(memoryProblem('google', 32_768)).toBeNull();
  expect(memoryProblem('google', 64)).toBe('Memory is 128 to 32 768 MB');
  expect(memoryProblem('azure', 2_048)).toBeNull();
  expect(memoryProblem('azure', 1_024)).toMatch(/512, 2048 or 4096/);
  expect(memoryProblem('aws', 128.5), 'whole ones only').not.toBeNull();
});

it('takes the times of each vendor', () => {
  expect(timeoutProblem('aws', 900)).toBeNull();
  expect(timeoutProblem('aws', 901)).toBe('The timeout is 1 to 900 s');
  expect(timeoutProblem('google', 3_600)).toBeNull();
  expect(timeoutProblem('azure', 100_000), 'its plan decides').toBeNull();
  expect(timeoutProblem('azure', 0)).not.toBeNull();
});

it('asks for what a function runs as in the words of its vendor', () => {
  expect(roleWords('aws')?.problem('my-role')).toMatch(/arn:/);
  expect(roleWords('google')?.problem('tea@shop.iam.gserviceaccount.com')).toBeNull();
  expect(roleWords('google')?.problem('arn:aws:iam::1:role/tea')).not.toBeNull();
  expect(roleWords('azure'), 'an app has an identity of its own').toBeNull();
});
