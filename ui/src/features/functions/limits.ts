/** How many servers of a function of an account may run at once: what is set, and what may be. Pure. */
import type { Capabilities } from '$lib/api/generated/Capabilities';
import type { Standing } from '$lib/api/generated/Standing';

export interface LimitRule {
  /** The least that may be set: 0 refuses every call, where a vendor takes it. */
  least: 0 | 1;
  /** Why it cannot be set; null when it can. */
  fixed: string | null;
}

/** What may be set; null where a function has no such limit. */
export function limitRule(standing: Standing, able: Readonly<Capabilities>): LimitRule | null {
  // This one takes its share of the account's, and 0 too.
  if (able.includes('reserved_concurrency')) return { least: 0, fixed: null };
  const { configuration, resource } = standing.function;
  const plan = configuration.billedAs?.plan;
  if (plan === 'cloudRunRequest' && resource.includes('/functions/')) return { least: 1, fixed: null };
  if (plan === 'cloudRunRequest' || plan === 'cloudRunInstance' || plan === 'googleGen1')
    return { least: 1, fixed: 'Hearth changes it only for functions of the Cloud Functions API v2' };
  return configuration.reservedConcurrency === null
    ? null
    : { least: 1, fixed: 'Hearth cannot change it in this account' };
}

/** The limit in a sentence. */
export function limitWords(limit: number | null, rule: LimitRule): string {
  if (limit === 0) return 'It is stopped: its limit is 0, so every call is refused.';
  const servers = limit === 1 ? '1 server' : `${limit} servers`;
  if (limit !== null)
    return rule.least === 0
      ? `At most ${servers} at once, kept for it alone.`
      : `At most ${servers} at once.`;
  return rule.least === 0
    ? 'It has none of its own; it shares what the account has.'
    : 'It has none of its own; the vendor\u2019s limit holds.';
}

/** Servers that are kept ready where no alias or version is named for it, in a sentence; null when there are none. */
export function keptWords(standing: Standing): string | null {
  const kept = Object.values(standing.provisioned).reduce((sum, one) => sum + one, 0);
  if (kept === 0) return null;
  return `${kept === 1 ? '1 server is' : `${kept} servers are`} kept ready, also while nobody calls, and billed as such.`;
}
