/**
 * What is true at an instant and how it changes over a stretch: counts of servers, totals of requests, money.
 * Pure over a model; must not know pixels or words.
 */
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';
import { isAlive, isFinal, stateAt, type StageModel, type StageRequest, type StageServer } from './model';

export interface Step {
  atUs: number;
  busy: number;
  starting: number;
  alive: number;
}

export interface CostStep {
  atUs: number;
  costUsd: number;
  initCostUsd: number;
}

export interface Totals {
  states: Record<EnvironmentState, number>;
  alive: number;
  requests: number;
  cold: number;
  refused: number;
  costUsd: number;
  initCostUsd: number;
}

function kindOf(state: EnvironmentState): 'busy' | 'starting' | 'idle' | 'gone' {
  switch (state) {
    case 'busy':
    case 'thaw':
      return 'busy';
    case 'init':
    case 'restored':
      return 'starting';
    case 'warm':
    case 'frozen':
      return 'idle';
    case 'failed':
    case 'reaped':
      return 'gone';
  }
}

/** How many servers were busy, starting and alive, from `fromUs` to `toUs`: one step a change, the first at `fromUs`. */
export function sweep(servers: readonly StageServer[], fromUs: number, toUs: number): Step[] {
  const deltas: [atUs: number, busy: number, starting: number, alive: number][] = [];
  for (const server of servers) {
    if (server.bornUs > toUs || (server.endedUs !== null && server.endedUs < fromUs)) continue;
    for (let index = server.segments.length - 1; index >= 0; index--) {
      const segment = server.segments[index];
      if (!segment || segment.fromUs > toUs) continue;
      const kind = kindOf(segment.state);
      if (kind !== 'gone') {
        const busy = kind === 'busy' ? 1 : 0;
        const starting = kind === 'starting' ? 1 : 0;
        deltas.push([Math.max(fromUs, segment.fromUs), busy, starting, 1]);
        if (segment.toUs !== null && segment.toUs <= toUs) {
          deltas.push([Math.max(fromUs, segment.toUs), -busy, -starting, -1]);
        }
      }
      if (segment.fromUs <= fromUs) break;
    }
  }
  deltas.sort((a, b) => a[0] - b[0]);
  const steps: Step[] = [{ atUs: fromUs, busy: 0, starting: 0, alive: 0 }];
  for (const [atUs, busy, starting, alive] of deltas) {
    let step = steps[steps.length - 1];
    if (!step || step.atUs !== atUs) {
      step = { atUs, busy: step?.busy ?? 0, starting: step?.starting ?? 0, alive: step?.alive ?? 0 };
      steps.push(step);
    }
    step.busy += busy;
    step.starting += starting;
    step.alive += alive;
  }
  return steps;
}

/** What was spent before anything that a model still knows. */
export function costBase(model: StageModel): CostStep {
  const { costUsd, initCostUsd } = model.dropped;
  return { atUs: Number.NEGATIVE_INFINITY, costUsd, initCostUsd };
}

/**
 * What the calls that ended until `toUs` would cost, added up in the order in which they ended. `base` is the first
 * step and says what was spent until then; calls that ended by then are not counted again.
 */
export function costSteps(model: StageModel, toUs: number, base: CostStep = costBase(model)): CostStep[] {
  const ended = model.requests.filter(
    (request) => request.endUs !== null && request.endUs > base.atUs && request.endUs <= toUs,
  );
  ended.sort((a, b) => (a.endUs ?? 0) - (b.endUs ?? 0));
  let { costUsd, initCostUsd } = base;
  const steps: CostStep[] = [base];
  for (const request of ended) {
    costUsd += request.costUsd;
    initCostUsd += request.initCostUsd;
    steps.push({ atUs: request.endUs ?? 0, costUsd, initCostUsd });
  }
  return steps;
}

export function totals(model: StageModel, atUs: number): Totals {
  const states: Totals['states'] = {
    init: 0,
    restored: 0,
    busy: 0,
    warm: 0,
    frozen: 0,
    thaw: 0,
    failed: 0,
    reaped: 0,
  };
  let alive = 0;
  for (const server of model.servers) {
    const state = stateAt(server, atUs);
    if (state === null) continue;
    states[state]++;
    if (!isFinal(state)) alive++;
  }
  const { dropped } = model;
  const sum: Totals = {
    states,
    alive,
    requests: dropped.requests,
    cold: dropped.cold,
    refused: dropped.refused,
    costUsd: dropped.costUsd,
    initCostUsd: dropped.initCostUsd,
  };
  for (const request of model.requests) {
    if (request.atUs > atUs) break;
    sum.requests++;
    if (request.start === 'cold') sum.cold++;
    if (request.outcome === 'throttled') sum.refused++;
    if (request.endUs !== null && request.endUs <= atUs) {
      sum.costUsd += request.costUsd;
      sum.initCostUsd += request.initCostUsd;
    }
  }
  return sum;
}

export interface Life {
  /** Time spent in each state until `atUs`, in microseconds. */
  spentUs: Partial<Record<EnvironmentState, number>>;
  totalUs: number;
  calls: number;
  /** Those of them that were before what is drawn. */
  olderCalls: number;
  costUsd: number;
  alive: boolean;
}

/** Calls that a server finished before the stretch that is known: its record counts them, no segment shows them. */
function callsBefore(server: StageServer): number {
  const seen = server.segments.filter((segment) => segment.state === 'busy' && segment.toUs !== null).length;
  return Math.max(0, server.environment.invocations - seen - server.droppedCalls);
}

/** One server's life until an instant. */
export function lifeOf(model: StageModel, server: StageServer, atUs: number): Life {
  const spentUs: Life['spentUs'] = {};
  let totalUs = 0;
  const olderCalls = callsBefore(server);
  let calls = server.droppedCalls + olderCalls;
  for (const segment of server.segments) {
    if (segment.fromUs > atUs) break;
    if (segment.state === 'busy') calls++;
    if (isFinal(segment.state)) continue;
    const lengthUs = Math.min(segment.toUs ?? atUs, atUs) - segment.fromUs;
    spentUs[segment.state] = (spentUs[segment.state] ?? 0) + lengthUs;
    totalUs += lengthUs;
  }
  let costUsd = 0;
  for (const request of model.requests) {
    if (request.environmentId === server.id && request.endUs !== null && request.endUs <= atUs) {
      costUsd += request.costUsd;
    }
  }
  return { spentUs, totalUs, calls, olderCalls, costUsd, alive: isAlive(server, atUs) };
}

/** All instants at which something happens, oldest first, for stepping. */
export function instants(model: StageModel): number[] {
  const all = new Set<number>();
  for (const server of model.servers) for (const segment of server.segments) all.add(segment.fromUs);
  for (const request of model.requests) all.add(request.atUs);
  return [...all].sort((a, b) => a - b);
}

/** The instant after (`1`) or before (`-1`) the one shown; changes closer than half a millisecond count as one. */
export function stepFrom(model: StageModel, atUs: number, direction: 1 | -1): number | null {
  const all = instants(model);
  if (direction === 1) return all.find((instant) => instant > atUs + 500) ?? null;
  return all.findLast((instant) => instant < atUs - 500) ?? null;
}

/** Requests that were refused near the newest one, for the label on the rail. */
export function refusedIn(requests: readonly StageRequest[], fromUs: number, toUs: number): StageRequest[] {
  return requests.filter(
    (request) => request.outcome === 'throttled' && request.atUs >= fromUs && request.atUs <= toUs,
  );
}
