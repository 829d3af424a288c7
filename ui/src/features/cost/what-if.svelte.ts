/** What is being tried out: one function and what is different about it. Owns the request; must not draw. */
import type { Architecture } from '$lib/api/generated/Architecture';
import type { CostScope } from '$lib/api/generated/CostScope';
import type { WhatIfAnswer } from '$lib/api/generated/WhatIfAnswer';
import type { Tuning } from '$lib/api/generated/Tuning';
import type { WhatIfDuration } from '$lib/api/generated/WhatIfDuration';
import type { WhatIfPlan } from '$lib/api/generated/WhatIfPlan';
import type { WhatIfRequest } from '$lib/api/generated/WhatIfRequest';
import { asApiError, call, type ApiError } from '$lib/api/client';

export type PlanId = WhatIfPlan['plan'];

/** Plans by who offers them, in the order of the list. */
export const PLANS: readonly { value: PlanId; label: string; group: string; manyAtOnce: boolean }[] = [
  { value: 'lambda', label: 'AWS Lambda', group: 'AWS', manyAtOnce: false },
  { value: 'fargate', label: 'AWS Fargate', group: 'AWS', manyAtOnce: true },
  { value: 'azureConsumption', label: 'Azure Consumption', group: 'Azure', manyAtOnce: false },
  { value: 'azureFlex', label: 'Azure Flex', group: 'Azure', manyAtOnce: true },
  { value: 'azurePremium', label: 'Azure Premium', group: 'Azure', manyAtOnce: true },
  { value: 'cloudRunRequest', label: 'Cloud Run, by request', group: 'Google', manyAtOnce: true },
  { value: 'cloudRunInstance', label: 'Cloud Run, by instance', group: 'Google', manyAtOnce: true },
  { value: 'googleGen1', label: 'Cloud Functions 1st gen', group: 'Google', manyAtOnce: false },
  { value: 'cloudflare', label: 'Cloudflare Workers', group: 'Others', manyAtOnce: false },
  { value: 'ownServer', label: 'Your own server', group: 'Others', manyAtOnce: true },
];

/** How many times as long warm calls took at one size as at another, when a tuning measured both. */
export function measuredFactor(
  tuning: Tuning | null | undefined,
  fromMb: number,
  toMb: number,
): number | null {
  const mean = (mb: number) =>
    tuning?.sizes.find((size) => size.memoryMb === mb)?.warm?.durationMeanUs ?? null;
  const [from, to] = [mean(fromMb), mean(toMb)];
  return from === null || to === null || from <= 0 ? null : to / from;
}

/** The plan that a function of a provider is on already. */
export function ownPlan(provider: string): PlanId {
  return provider === 'azure'
    ? 'azureConsumption'
    : provider === 'google' || provider === 'gcp'
      ? 'cloudRunRequest'
      : 'lambda';
}

/** What is assumed of durations. */
export type DurationId = WhatIfDuration['assume'];

/** Ephemeral storage: what comes with every server, and the most there is. */
export const STORAGE_MB = { free: 512, most: 10_240 };

/** Plans that have processors to choose, and those that have a savings plan. */
const PROCESSORS: readonly PlanId[] = ['lambda', 'fargate'];
const COMMITTED: readonly PlanId[] = ['lambda', 'fargate', 'azurePremium'];
/** Plans that have neither memory nor a region to choose. */
const ONE_SIZE: readonly PlanId[] = ['cloudflare', 'ownServer'];

/** A savings plan: none, a term as the vendor publishes it, or a percentage of one's own. */
export type SavingsId = '' | '1y' | '3y' | 'own';

/** The savings plans that a plan has. */
export function savingsOf(plan: PlanId): { value: SavingsId; label: string }[] {
  if (!COMMITTED.includes(plan)) return [];
  return [
    { value: '', label: 'None' },
    { value: '1y', label: '1 year' },
    ...(plan === 'azurePremium' ? [] : [{ value: '3y' as const, label: '3 years' }]),
    { value: 'own', label: 'In percent' },
  ];
}

/** A drag asks at most so often. */
const ASK_EVERY_MS = 60;

export class WhatIf {
  /** Id of the function. */
  of = $state<string | null>(null);
  memoryMb = $state<number | null>(null);
  architecture = $state<Architecture | null>(null);
  /** Traffic as a power of two. */
  doublings = $state(0);
  provisioned = $state(0);
  /** Ephemeral storage; none for as it is. */
  ephemeralMb = $state<number | null>(null);
  /** The plan it is on, and the one that is tried. */
  own = $state<PlanId>('lambda');
  plan = $state<PlanId>('lambda');
  /** What is assumed of durations; none for measured where it is, else a range. */
  duration = $state<DurationId | null>(null);
  region = $state<string | null>(null);
  /** Requests that one task, instance or server runs at once. */
  atOnce = $state(1);
  savings = $state<SavingsId>('');
  /** What a savings plan of one's own takes off. */
  savingsPercent = $state(12);
  /** Dollars a month of a server of one's own. */
  monthly = $state(20);

  answer = $state.raw<WhatIfAnswer | null>(null);
  error = $state.raw<ApiError | null>(null);
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Another function; what was tried on the one before is dropped. */
  choose(id: string | null, own: PlanId = 'lambda'): void {
    if (this.of === id) return;
    this.of = id;
    this.own = own;
    this.answer = null;
    this.reset();
  }

  reset(): void {
    this.memoryMb = null;
    this.architecture = null;
    this.doublings = 0;
    this.provisioned = 0;
    this.ephemeralMb = null;
    this.plan = this.own;
    this.duration = null;
    this.region = null;
    this.atOnce = 1;
    this.savings = '';
  }

  /** Whether the plan has memory and a region to choose. */
  get sized(): boolean {
    return !ONE_SIZE.includes(this.plan);
  }

  /** Whether the plan has processors to choose. */
  get hasProcessors(): boolean {
    return PROCESSORS.includes(this.plan);
  }

  /** The savings plan as it is asked for; none where the plan has no such one. */
  get savingsPlan(): string | null {
    if (this.savings === '' || !savingsOf(this.plan).some((one) => one.value === this.savings)) return null;
    return this.savings === 'own' ? this.savingsPercent.toString() : this.savings;
  }

  get traffic(): number {
    return Math.round(100 * 2 ** this.doublings) / 100;
  }

  get touched(): boolean {
    return (
      this.memoryMb !== null ||
      this.architecture !== null ||
      this.traffic !== 1 ||
      this.provisioned > 0 ||
      this.ephemeralMb !== null ||
      this.plan !== this.own ||
      this.region !== null ||
      this.savings !== ''
    );
  }

  /** What is assumed of durations when tuning measured `factor`, or nothing. */
  assumed(factor: number | null): DurationId {
    if (this.duration === 'measured' || this.duration === null) return factor === null ? 'range' : 'measured';
    return this.duration;
  }

  /** The request for a month, or none without a function. `factor` is what tuning measured for this memory size. */
  request(month: string, factor: number | null = null): WhatIfRequest | null {
    if (this.of === null) return null;
    const scope: CostScope = { kind: 'function', name: this.of };
    const assume = this.assumed(factor);
    const duration: WhatIfDuration =
      assume === 'measured' ? { assume, factor: (factor ?? 1).toFixed(4) } : { assume };
    return {
      scope,
      days: null,
      memoryMb: this.sized ? this.memoryMb : null,
      architecture: this.hasProcessors ? this.architecture : null,
      traffic: this.traffic === 1 ? null : this.traffic.toString(),
      provisioned: this.plan === 'lambda' && this.provisioned > 0 ? this.provisioned : null,
      provisionedPercent: null,
      ephemeralMb: this.plan === 'lambda' ? this.ephemeralMb : null,
      region: this.sized ? this.region : null,
      savingsPlan: this.savingsPlan,
      plan: this.plan === this.own ? null : this.#plan(),
      duration,
      month,
    };
  }

  #plan(): WhatIfPlan {
    const concurrency = this.atOnce;
    switch (this.plan) {
      case 'lambda':
      case 'azureConsumption':
      case 'cloudflare':
        return { plan: this.plan };
      case 'fargate':
        return { plan: 'fargate', vcpu: null, tasks: null, concurrency, spot: false, publicIpv4: false };
      case 'azureFlex':
        return { plan: 'azureFlex', concurrency, alwaysReady: 0 };
      case 'azurePremium':
        return { plan: 'azurePremium', instances: null, concurrency };
      case 'googleGen1':
        return { plan: 'googleGen1', minInstances: 0 };
      case 'cloudRunRequest':
        return { plan: 'cloudRunRequest', concurrency, minInstances: 0 };
      case 'cloudRunInstance':
        return { plan: 'cloudRunInstance', concurrency, instances: null };
      case 'ownServer':
        return {
          plan: 'ownServer',
          server: {
            monthly: this.monthly.toString(),
            count: 0,
            watts: '0',
            kwh: '0',
            adminHours: '0',
            adminHour: '0',
            concurrency,
          },
        };
    }
  }

  /** Asks soon; the answer before stays until the new one is there. */
  ask(request: WhatIfRequest | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const round = ++this.#round;
    if (request === null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      call('cost_what_if', request).then(
        (answer) => {
          if (round !== this.#round) return;
          this.answer = answer;
          this.error = null;
        },
        (thrown: unknown) => {
          if (round !== this.#round) return;
          this.error = asApiError(thrown);
        },
      );
    }, ASK_EVERY_MS);
  }
}
