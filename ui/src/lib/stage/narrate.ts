/**
 * What just happened, in words. Pure over a model and an instant.
 * Owns the sentences of the feed; must not know the DOM.
 */
import type { EnvironmentState } from '$lib/api/generated/EnvironmentState';
import { isAlive, type Segment, type StageModel, type StageServer } from './model';
import { duration, span } from '$lib/format';

export interface Story {
  key: string;
  atUs: number;
  mark: EnvironmentState | 'throttled';
  text: string;
}

/** Segments looked at for each server: a feed is short. */
const DEEP = 16;

/** The newest things that happened until `atUs`, newest first. */
export function feed(model: StageModel, atUs: number, count: number): Story[] {
  const stories: Story[] = [];
  for (const server of model.servers) {
    let seen = 0;
    for (let index = server.segments.length - 1; index >= 0 && seen < DEEP; index--) {
      const segment = server.segments[index];
      if (!segment || segment.fromUs > atUs) continue;
      seen++;
      const text = told(model, server, index, segment, atUs);
      if (text === null) continue;
      stories.push({
        key: `${server.id}-${index}-${segment.fromUs}`,
        atUs: segment.fromUs,
        mark: segment.state,
        text,
      });
    }
  }
  let refused = 0;
  for (let index = model.requests.length - 1; index >= 0 && refused < count; index--) {
    const request = model.requests[index];
    if (request?.outcome !== 'throttled' || request.atUs > atUs) continue;
    refused++;
    const all = model.limit === 1 ? 'the only server was busy' : `all ${model.limit} servers were busy`;
    stories.push({
      key: request.id,
      atUs: request.atUs,
      mark: 'throttled',
      text: `Request ${request.number} was refused (429): ${all}.`,
    });
  }
  return stories.sort((a, b) => b.atUs - a.atUs).slice(0, count);
}

function told(
  model: StageModel,
  server: StageServer,
  index: number,
  segment: Segment,
  atUs: number,
): string | null {
  const name = `server ${server.environment.number}`;
  const Name = `Server ${server.environment.number}`;
  const before = server.segments[index - 1];
  const request = requestOf(model, segment);
  switch (segment.state) {
    case 'init':
    case 'restored':
      return birth(model, server, segment, request, atUs);
    case 'busy': {
      // A server that was born or woken for this request has had its sentence.
      const earlier = server.segments.slice(Math.max(0, index - 2), index);
      if (
        before?.state === 'thaw' ||
        earlier.some((other) => other.state === 'init' || other.state === 'restored')
      ) {
        return null;
      }
      return `${capital(request)} went to ${name}, still warm. No start-up.`;
    }
    case 'thaw': {
      const wakingUs = segment.toUs === null ? null : segment.toUs - segment.fromUs;
      const woke = wakingUs === null ? '' : ` in ${wakingUs < 1 ? 'under 1\u00a0µs' : duration(wakingUs)}`;
      return `${capital(request)} woke ${name}${woke}. Its memory is still there.`;
    }
    case 'frozen':
      return server.segments.findIndex((other) => other.state === 'frozen') === index &&
        server.droppedCalls === 0
        ? `${Name} froze. It keeps its memory and costs nothing.`
        : null;
    case 'warm':
      return null;
    case 'failed':
      return failure(model, server, before, segment);
    case 'reaped':
      return reaped(server, before, segment);
  }
}

function birth(
  model: StageModel,
  server: StageServer,
  segment: Segment,
  request: string,
  atUs: number,
): string {
  const number = server.environment.number;
  const others = model.servers.some(
    (other) => other !== server && other.bornUs < server.bornUs && isAlive(other, server.bornUs),
  );
  const readyUs = segment.toUs !== null && segment.toUs <= atUs ? segment.toUs : null;
  const born =
    readyUs === null
      ? 'is being born'
      : `was born in ${duration(server.environment.initUs ?? readyUs - segment.fromUs)}`;
  if (others) return `${capital(request)} found nobody free, so server ${number} ${born}.`;
  if (readyUs === null) return `No server existed. ${capital(request)} waits while server ${number} is born.`;
  return `No server existed. ${capital(request)} waited while server ${number} ${born}.`;
}

function failure(
  model: StageModel,
  server: StageServer,
  before: Segment | undefined,
  segment: Segment,
): string {
  const name = `Server ${server.environment.number}`;
  const id = segment.requestId ?? before?.requestId ?? null;
  const found = model.request(id);
  if (before?.state === 'init' || before?.state === 'restored') {
    return `${name} could not load its code, so it was stopped.`;
  }
  if (!found)
    return server.environment.endReason
      ? `${name} failed: ${server.environment.endReason}.`
      : `${name} failed.`;
  const request = `request ${found.number}`;
  switch (found.outcome) {
    case 'timed_out':
      return `R${request.slice(1)} ran past its time limit. ${name} was stopped with it.`;
    case 'out_of_memory':
      return `R${request.slice(1)} needed more than ${server.environment.memoryMb} MB. ${name} was stopped with it.`;
    case 'cancelled':
      return `R${request.slice(1)} was cancelled. ${name} was stopped with it.`;
    case 'init_failed':
      return `${name} could not load its code, so ${request} failed.`;
    case 'running':
    case 'succeeded':
    case 'function_error':
    case 'crashed':
    case 'throttled':
    case 'lost':
      return `${name} crashed on ${request}. The next call there starts cold.`;
  }
}

function reaped(server: StageServer, before: Segment | undefined, segment: Segment): string {
  const name = `Server ${server.environment.number}`;
  const { endReason } = server.environment;
  // Idle time is told with its length; that of an account is inferred and has no other reason.
  if (endReason !== null && !/^(idle|inferred)/.test(endReason)) return `${name} was reaped: ${endReason}.`;
  const idleUs = idleBefore(server, segment.fromUs);
  if (before?.state === 'busy') return `${name} was ended while it worked.`;
  return `${name} was reaped after ${span(idleUs)} without work.`;
}

/** How long a server had been idle at an instant. */
function idleBefore(server: StageServer, atUs: number): number {
  const busy = server.segments.findLast((segment) => segment.state === 'busy' && segment.fromUs <= atUs);
  return atUs - (busy?.toUs ?? server.bornUs);
}

function requestOf(model: StageModel, segment: Segment): string {
  const request = model.request(segment.requestId);
  return request ? `request ${request.number}` : 'a request';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
