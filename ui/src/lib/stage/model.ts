/**
 * The lives of servers and the requests they took, as a stage draws them.
 * Owns: turning a snapshot and the events after it into segments, rows and requests; bounded memory.
 * Must not know: pixels, the DOM, Svelte, or where the events come from.
 */
import type { Environment } from '$lib/api/generated/Environment';
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';
import type { EnvironmentTransition } from '$lib/api/generated/EnvironmentTransition';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { LanePrice } from '$lib/api/generated/LanePrice';
import type { LanesSnapshot } from '$lib/api/generated/LanesSnapshot';
import type { Outcome } from '$lib/api/generated/Outcome';
import type { ServerStart } from '$lib/api/generated/ServerStart';
import { RowTable } from './rows';

export interface Segment {
  state: EnvironmentState;
  fromUs: number;
  /** None while it lasts. */
  toUs: number | null;
  requestId: string | null;
}

export interface StageServer {
  id: string;
  /** How it was when last heard of. */
  environment: Environment;
  bornUs: number;
  endedUs: number | null;
  segments: Segment[];
  row: number;
  /** Calls whose segments were dropped to bound memory. */
  droppedCalls: number;
}

export interface StageRequest {
  id: string;
  /** Counted from 1 in this session. */
  number: number;
  atUs: number;
  environmentId: string | null;
  /** When a server had it. */
  startUs: number | null;
  endUs: number | null;
  outcome: Outcome;
  start: ServerStart | null;
  costUsd: number;
  initCostUsd: number;
}

/** What was dropped to bound memory, so that totals stay true. */
export interface Dropped {
  requests: number;
  cold: number;
  refused: number;
  costUsd: number;
  initCostUsd: number;
}

export const LIMITS = { requests: 6000, segments: 30_000, keepUs: 10 * 60 * 1_000_000 };

const FINAL: ReadonlySet<EnvironmentState> = new Set(['failed', 'reaped']);

export function isFinal(state: EnvironmentState): boolean {
  return FINAL.has(state);
}

export class StageModel {
  readonly servers: StageServer[] = [];
  readonly requests: StageRequest[] = [];
  /** Grows with each change. */
  revision = 0;
  /** Earliest instant that changed since a drawer last asked. */
  #touchedUs = Number.POSITIVE_INFINITY;
  limit = 1;
  originUs = 0;
  dropped: Dropped = { requests: 0, cold: 0, refused: 0, costUsd: 0, initCostUsd: 0 };
  /** Older calls that a snapshot had no room for. */
  leftOut = 0;
  #functionId: string | null = null;
  readonly #byServer = new Map<string, StageServer>();
  readonly #byRequest = new Map<string, StageRequest>();
  readonly #prices = new Map<string, { request: number; gbSecond: number }>();
  readonly #rows = new RowTable<StageServer>();
  #segments = 0;
  /** Before this, history was cleared on purpose. */
  #clearedUs = 0;

  constructor(functionId: string | null = null) {
    this.#functionId = functionId;
  }

  /** Starts from what was since `fromUs`; what is known already changes nothing. */
  load(snapshot: LanesSnapshot, fromUs = 0): void {
    this.leftOut = snapshot.truncated ? Math.max(0, snapshot.total - snapshot.invocations.length) : 0;
    this.limit = Math.max(1, snapshot.limit);
    for (const price of snapshot.prices) this.#price(price);
    for (const environment of [...snapshot.environments].sort((a, b) => a.bornUs - b.bornUs)) {
      this.#server(environment);
    }
    for (const transition of snapshot.transitions) this.#transition(transition);
    for (const invocation of snapshot.invocations) this.#invocation(invocation);
    if (this.originUs === 0) {
      const changes = snapshot.transitions.map((transition) => transition.atUs).filter((us) => us >= fromUs);
      const first = Math.min(snapshot.nowUs, this.requests[0]?.atUs ?? Infinity, changes[0] ?? Infinity);
      this.originUs = Math.max(first, fromUs);
    }
    this.#touch(0);
  }

  /** Takes one event; answers whether the picture changed. */
  apply(event: HearthEvent): boolean {
    const before = this.revision;
    switch (event.kind) {
      case 'environment_changed':
        if (this.#isMine(event.environment.functionId)) {
          this.#server(event.environment);
          this.#transition(event.transition);
        }
        break;
      case 'invocation_started':
        if (this.#isMine(event.functionId)) this.#started(event.requestId, event.atUs);
        break;
      case 'invocation_finished':
        if (this.#isMine(event.invocation.functionId)) this.#invocation(event.invocation);
        break;
      case 'logged':
      case 'functions_changed':
      case 'settings_changed':
        break;
    }
    if (this.revision !== before) this.#bound();
    return this.revision !== before;
  }

  server(id: string | null): StageServer | undefined {
    return id === null ? undefined : this.#byServer.get(id);
  }

  request(id: string | null): StageRequest | undefined {
    return id === null ? undefined : this.#byRequest.get(id);
  }

  /** Rows in use, at least 1. */
  get rows(): number {
    return Math.max(1, this.#rows.length);
  }

  /** The newest server of a row that was born by `atUs`. */
  inRow(row: number, atUs: number): StageServer | undefined {
    let found: StageServer | undefined;
    for (const server of this.servers) {
      if (server.row === row && server.bornUs <= atUs) found = server;
    }
    return found;
  }

  /** Whether something happens at `atUs` or shortly before, so that a picture of it moves. */
  isActive(atUs: number): boolean {
    for (const server of this.servers) {
      if (server.endedUs !== null && server.endedUs < atUs) continue;
      const state = stateAt(server, atUs);
      if (state === 'busy' || state === 'init' || state === 'restored' || state === 'thaw') return true;
    }
    for (let index = this.requests.length - 1; index >= 0; index--) {
      const request = this.requests[index];
      if (!request) continue;
      if (request.endUs === null) return true;
      if (request.atUs < atUs - 60_000_000) break;
    }
    return false;
  }

  /** Newest instant anything is known of. */
  get lastUs(): number {
    let last = 0;
    for (const server of this.servers) {
      const segment = server.segments.at(-1);
      if (segment && segment.fromUs > last) last = segment.fromUs;
    }
    for (let index = this.requests.length - 1; index >= Math.max(0, this.requests.length - 200); index--) {
      const request = this.requests[index];
      if (request) last = Math.max(last, request.endUs ?? request.atUs);
    }
    return last;
  }

  /** Forgets what ended before `atUs` and counts from it; the servers that exist stay. */
  clear(atUs: number): void {
    this.#clearedUs = atUs;
    this.originUs = atUs;
    this.#forget(atUs);
    this.dropped = { requests: 0, cold: 0, refused: 0, costUsd: 0, initCostUsd: 0 };
    this.requests.forEach((request, index) => {
      request.number = index + 1;
    });
    this.#touch(0);
  }

  /** The earliest change since the last call, or infinity. */
  takeTouched(): number {
    const touched = this.#touchedUs;
    this.#touchedUs = Number.POSITIVE_INFINITY;
    return touched;
  }

  get prices(): ReadonlyMap<string, { request: number; gbSecond: number }> {
    return this.#prices;
  }

  #isMine(functionId: string): boolean {
    return this.#functionId === null || this.#functionId === functionId;
  }

  #touch(atUs: number): void {
    this.revision++;
    this.#touchedUs = Math.min(this.#touchedUs, atUs);
  }

  #price(price: LanePrice): void {
    this.#prices.set(price.architecture, {
      request: Number(price.requestUsd),
      gbSecond: Number(price.gbSecondUsd),
    });
  }

  #server(environment: Environment): StageServer | null {
    const known = this.#byServer.get(environment.id);
    if (known) {
      known.environment = environment;
      known.endedUs = environment.endedUs ?? known.endedUs;
      return known;
    }
    if (environment.endedUs !== null && environment.endedUs < this.#clearedUs) return null;
    const server: StageServer = {
      id: environment.id,
      environment,
      bornUs: environment.bornUs,
      endedUs: environment.endedUs,
      segments: [],
      row: 0,
      droppedCalls: 0,
    };
    server.row = this.#rows.take(server, server.bornUs, this.limit);
    this.#byServer.set(server.id, server);
    this.servers.push(server);
    this.#touch(server.bornUs);
    return server;
  }

  #transition(transition: EnvironmentTransition): void {
    const server = this.#byServer.get(transition.environmentId);
    if (!server) return;
    const { segments } = server;
    let at = segments.length;
    while (at > 0 && (segments[at - 1]?.fromUs ?? 0) > transition.atUs) at--;
    for (let index = at - 1; index >= 0 && segments[index]?.fromUs === transition.atUs; index--) {
      if (segments[index]?.state === transition.state) return;
    }
    const before = segments[at - 1];
    const after = segments[at];
    if (before) before.toUs = transition.atUs;
    segments.splice(at, 0, {
      state: transition.state,
      fromUs: transition.atUs,
      toUs: after?.fromUs ?? null,
      requestId: transition.requestId,
    });
    this.#segments++;
    if (isFinal(transition.state)) server.endedUs = transition.atUs;
    if (transition.requestId !== null) this.#linked(server, transition);
    if (transition.state === 'warm' || isFinal(transition.state)) this.#finishedBy(before, transition);
    this.#touch(transition.atUs);
  }

  #linked(server: StageServer, transition: EnvironmentTransition): void {
    const request = this.#started(transition.requestId ?? '', transition.atUs);
    if (!request) return;
    request.environmentId = server.id;
    if (transition.state === 'busy') request.startUs = transition.atUs;
    if (transition.state === 'init' || transition.state === 'restored') request.start = 'cold';
    else if (transition.state === 'thaw') request.start = 'thawed';
    else if (transition.state === 'busy' && request.start === null) request.start = 'warm';
  }

  /** The end of a busy stretch is the end of its request, before the invocation itself is known. */
  #finishedBy(before: Segment | undefined, transition: EnvironmentTransition): void {
    if (before?.state !== 'busy' || before.requestId === null) return;
    const request = this.#byRequest.get(before.requestId);
    if (request && request.endUs === null) request.endUs = transition.atUs;
  }

  #started(id: string, atUs: number): StageRequest | null {
    const known = this.#byRequest.get(id);
    if (known) return known;
    if (atUs < this.#clearedUs) return null;
    const request: StageRequest = {
      id,
      number: this.dropped.requests + this.requests.length + 1,
      atUs,
      environmentId: null,
      startUs: null,
      endUs: null,
      outcome: 'running',
      start: null,
      costUsd: 0,
      initCostUsd: 0,
    };
    let at = this.requests.length;
    while (at > 0 && (this.requests[at - 1]?.atUs ?? 0) > atUs) at--;
    this.requests.splice(at, 0, request);
    for (let index = at; index < this.requests.length; index++) {
      const moved = this.requests[index];
      if (moved) moved.number = this.dropped.requests + index + 1;
    }
    this.#byRequest.set(id, request);
    this.#touch(atUs);
    return request;
  }

  #invocation(invocation: Invocation): void {
    const request = this.#started(invocation.requestId, invocation.startedUs);
    if (!request) return;
    if (request.outcome !== 'running' && request.outcome === invocation.outcome) return;
    request.atUs = invocation.startedUs;
    request.environmentId = invocation.environmentId ?? request.environmentId;
    request.outcome = invocation.outcome;
    if (invocation.start !== 'none' || invocation.outcome !== 'running') request.start = invocation.start;
    if (invocation.outcome === 'running') {
      this.#touch(request.atUs);
      return;
    }
    const { queueUs, initUs, invokeUs } = invocation.phases;
    request.endUs = Math.max(request.endUs ?? 0, invocation.startedUs + queueUs + initUs + invokeUs);
    const price = this.#prices.get(invocation.architecture);
    if (price && invocation.outcome !== 'throttled') {
      const gigabytes = invocation.memoryMb / 1024;
      request.costUsd = price.request + (price.gbSecond * gigabytes * invocation.billedMs) / 1000;
      request.initCostUsd = (price.gbSecond * gigabytes * initUs) / 1_000_000;
    }
    this.#touch(request.atUs);
  }

  #bound(): void {
    if (this.requests.length <= LIMITS.requests && this.#segments <= LIMITS.segments) return;
    const last = this.lastUs;
    const middle = this.requests[Math.floor(this.requests.length / 4)]?.atUs ?? last;
    this.#forget(Math.max(last - LIMITS.keepUs, middle));
    this.originUs = Math.max(this.originUs, 0);
    this.#touch(0);
  }

  #forget(beforeUs: number): void {
    let kept = 0;
    for (const request of this.requests) {
      if (request.endUs === null || request.endUs >= beforeUs) {
        this.requests[kept++] = request;
        continue;
      }
      this.#byRequest.delete(request.id);
      this.dropped.requests++;
      if (request.start === 'cold') this.dropped.cold++;
      if (request.outcome === 'throttled') this.dropped.refused++;
      this.dropped.costUsd += request.costUsd;
      this.dropped.initCostUsd += request.initCostUsd;
    }
    this.requests.length = kept;
    kept = 0;
    this.#segments = 0;
    for (const server of this.servers) {
      if (server.endedUs !== null && server.endedUs < beforeUs) {
        this.#byServer.delete(server.id);
        this.#rows.drop(server);
        continue;
      }
      const from = server.segments.findIndex((segment) => segment.toUs === null || segment.toUs >= beforeUs);
      for (const segment of server.segments.splice(0, Math.max(0, from))) {
        if (segment.state === 'busy') server.droppedCalls++;
      }
      this.#segments += server.segments.length;
      this.servers[kept++] = server;
    }
    this.servers.length = kept;
  }
}

/** The segment of a server at an instant. */
export function segmentAt(server: StageServer, atUs: number): Segment | undefined {
  let low = 0;
  let high = server.segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((server.segments[middle]?.fromUs ?? 0) <= atUs) low = middle + 1;
    else high = middle;
  }
  return server.segments[low - 1];
}

/** What a server did at an instant; none before it was born. */
export function stateAt(server: StageServer, atUs: number): EnvironmentState | null {
  return segmentAt(server, atUs)?.state ?? null;
}

/** Whether a server exists at an instant. */
export function isAlive(server: StageServer, atUs: number): boolean {
  const state = stateAt(server, atUs);
  return state !== null && !isFinal(state);
}
