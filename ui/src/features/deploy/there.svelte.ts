/** A function that was just deployed to an account: what stands around it there, and calls that a person sends to it. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { CloudFunctionName } from '$lib/api/generated/CloudFunctionName';
import type { CloudInvoked } from '$lib/api/generated/CloudInvoked';
import type { Standing } from '$lib/api/generated/Standing';
import type { Flow } from './flow.svelte';

export class There {
  standing = $state.raw<Standing | null>(null);
  /** Why what stands around it could not be read. */
  unread = $state.raw<ApiError | null>(null);
  event = $state('{}');
  answer = $state.raw<CloudInvoked | null>(null);
  error = $state.raw<ApiError | null>(null);
  sending = $state(false);
  readonly #of: CloudFunctionName;

  constructor(of: CloudFunctionName, event: string) {
    this.#of = of;
    this.event = event;
  }

  /** Why the event cannot be sent; null when it can. */
  get why(): string | null {
    if (this.sending) return 'It is running';
    try {
      JSON.parse(this.event);
      return null;
    } catch {
      return 'The event is not JSON yet';
    }
  }

  async read(): Promise<void> {
    try {
      this.standing = await call('cloud_function', this.#of);
      this.unread = null;
    } catch (thrown) {
      this.unread = asApiError(thrown);
    }
  }

  async send(): Promise<void> {
    if (this.why !== null) return;
    this.sending = true;
    this.error = null;
    try {
      this.answer = await call('cloud_invoke', {
        ...this.#of,
        event: this.event,
        mode: 'wait',
        qualifier: null,
        stream: null,
      });
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
    this.sending = false;
  }
}

const known = new WeakMap<Flow, There>();

/** What a flow has made: it outlives the page, as the flow does. */
export function thereOf(flow: Flow): There {
  const before = known.get(flow);
  if (before) return before;
  const seen = flow.change.review;
  const named = {
    account: seen?.account.account.id ?? '',
    region: seen?.region ?? null,
    name: seen?.name ?? '',
  };
  const there = new There(named, flow.event);
  known.set(flow, there);
  return there;
}
