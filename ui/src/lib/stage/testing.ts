/** Makes what tests of lanes need: environments, transitions and invocations with everything left out filled in. */
import type { Environment } from '$lib/api/generated/Environment';
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { LanesSnapshot } from '$lib/api/generated/LanesSnapshot';

const S = 1_000_000;

export function environment(number: number, bornS: number, more: Partial<Environment> = {}): Environment {
  return {
    id: `env-${number}`,
    functionId: 'f1',
    functionName: 'kettle',
    version: 1,
    number,
    engine: 'quickjs',
    tier: 'spawned',
    pid: 40_000 + number,
    state: 'init',
    stateSinceUs: bornS * S,
    bornUs: bornS * S,
    initUs: null,
    endedUs: null,
    endReason: null,
    invocations: 0,
    busyUs: 0,
    memoryMb: 512,
    maxMemoryBytes: 20_000_000,
    ...more,
  };
}

export function changed(
  server: Environment,
  atS: number,
  state: EnvironmentState,
  requestId: string | null = null,
): HearthEvent {
  const ended = state === 'reaped' || state === 'failed';
  return {
    kind: 'environment_changed',
    environment: { ...server, state, stateSinceUs: atS * S, endedUs: ended ? atS * S : null },
    transition: { environmentId: server.id, functionId: server.functionId, atUs: atS * S, state, requestId },
  };
}

export function started(requestId: string, atS: number): HearthEvent {
  return { kind: 'invocation_started', requestId, functionId: 'f1', functionName: 'kettle', atUs: atS * S };
}

export function invocation(requestId: string, atS: number, more: Partial<Invocation> = {}): Invocation {
  return {
    requestId,
    functionId: 'f1',
    functionName: 'kettle',
    version: 1,
    environmentId: null,
    environmentNumber: null,
    startedUs: atS * S,
    outcome: 'succeeded',
    start: 'warm',
    phases: { queueUs: 0, initUs: 0, invokeUs: 100_000, freezeUs: 0 },
    billedMs: 100,
    memoryMb: 512,
    maxMemoryMb: 20,
    architecture: 'x86_64',
    eventBytes: 2,
    responseBytes: 2,
    errorType: null,
    errorMessage: null,
    source: 'lanes',
    ...more,
  };
}

export function finished(requestId: string, atS: number, more: Partial<Invocation> = {}): HearthEvent {
  return { kind: 'invocation_finished', invocation: invocation(requestId, atS, more) };
}

export function snapshot(more: Partial<LanesSnapshot> = {}): LanesSnapshot {
  return {
    nowUs: 10 * S,
    environments: [],
    transitions: [],
    invocations: [],
    total: more.invocations?.length ?? 0,
    truncated: false,
    limit: 8,
    prices: [{ architecture: 'x86_64', requestUsd: '0.0000002', gbSecondUsd: '0.0000166667' }],
    ...more,
  };
}

/** A server's whole life: born for a request, worked, froze. */
export function born(
  server: Environment,
  requestId: string,
  atS: number,
  initS: number,
  runS: number,
): HearthEvent[] {
  return [
    started(requestId, atS),
    changed(server, atS, 'init', requestId),
    changed(server, atS + initS, 'warm'),
    changed(server, atS + initS, 'busy', requestId),
    changed(server, atS + initS + runS, 'warm'),
    finished(requestId, atS, {
      environmentId: server.id,
      start: 'cold',
      phases: { queueUs: 0, initUs: initS * S, invokeUs: runS * S, freezeUs: 0 },
      billedMs: Math.round((initS + runS) * 1000),
    }),
    changed(server, atS + initS + runS, 'frozen'),
  ];
}
