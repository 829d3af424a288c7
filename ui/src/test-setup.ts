/** Test files start from the fake host and an empty address. */
import { beforeEach } from 'vitest';
import { fakeHost } from '$lib/host/fake';
import { useHost } from '$lib/host';

beforeEach(() => {
  location.hash = '';
  useHost(fakeHost());
});
