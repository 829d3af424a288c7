import { expect, it } from 'vitest';
import { imageName, imageProblem, imageRegion, regionProblem } from './image.svelte';

const TEA = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/green-tea:4';
const DIGEST = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea@sha256:${'a'.repeat(64)}`;

it('takes an address with a registry and a tag or a digest', () => {
  for (const image of [TEA, DIGEST, '127.0.0.1:5000/tea:4', `  ${TEA} `])
    expect(imageProblem(image), image).toBeNull();
  expect(imageProblem('')).toMatch(/Write the address/);
  expect(imageProblem('tea')).toMatch(/tea names no registry/);
  expect(imageProblem('127.0.0.1:5000/tea')).toMatch(/tag or digest/);
  expect(imageProblem('registry/tea:')).toMatch(/tag or digest/);
  expect(imageProblem('registry/:4')).toMatch(/tag or digest/);
  expect(imageProblem('registry/green tea:4')).toMatch(/spaces/);
});

it('reads region and name from an address', () => {
  expect([TEA, DIGEST, '127.0.0.1:5000/tea:4'].map(imageRegion)).toEqual(['eu-west-1', 'eu-west-1', null]);
  expect([TEA, DIGEST, '127.0.0.1:5000/a.b/c.d:4', 'tea:4', ''].map(imageName)).toEqual([
    'green-tea',
    'tea',
    'c-d',
    '',
    '',
  ]);
});

it('keeps an image of Amazon in its region', () => {
  expect(regionProblem(TEA, 'eu-west-1')).toBeNull();
  expect(regionProblem(TEA, 'us-east-1')).toMatch(/is in eu-west-1.*not us-east-1/);
  expect(regionProblem('127.0.0.1:5000/tea:4', 'us-east-1'), 'no registry of Amazon').toBeNull();
});
