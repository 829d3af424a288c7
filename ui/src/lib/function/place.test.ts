import { expect, test } from 'vitest';
import { idIn, placeIn, refOf } from './place';

test('a function of this computer is named by its name, one of an account by its place', () => {
  expect(placeIn('01HF')).toBeNull();
  expect(refOf({ functionId: '01HF', functionName: 'kettle' })).toBe('kettle');
  const id = idIn('aws:org/dev', 'eu-west-1', 'kettle');
  expect(placeIn(id)).toEqual({ account: 'aws:org/dev', region: 'eu-west-1', name: 'kettle' });
  expect(refOf({ functionId: id, functionName: 'kettle' })).toBe(id);
});
