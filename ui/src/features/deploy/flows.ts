/** Which steps belong to what is deployed: they outlive the page, so that leaving the page loses nothing. */
import type { Job } from '$lib/deploy/deploy.svelte';
import { Container } from '$lib/deploy/image.svelte';
import type { Flow } from './flow.svelte';
import { CodeFlow } from './of-code.svelte';
import { ImageFlow } from './of-image.svelte';

const flows = new WeakMap<object, Flow>();

/** The flow of a job. */
export function flowOf(job: Job): Flow {
  const key = job instanceof Container ? job : job.detected;
  const known = flows.get(key);
  if (known) return known;
  const flow = job instanceof Container ? new ImageFlow(job) : new CodeFlow(job.detected, job.picked);
  flows.set(key, flow);
  return flow;
}
