import { describe, expect, it } from 'vitest';
import { foldTime } from './fold';
import { StagePlayer } from './player.svelte';
import { restsUntil } from './rest';
import { born, changed, environment, snapshot } from './testing';

const S = 1_000_000;

describe('a picture of what rests', () => {
  function player(nowS: number): StagePlayer {
    const made = new StagePlayer('f1');
    made.load(snapshot({ nowUs: nowS * S }), 0, performance.now());
    made.apply(born(environment(1, 1), 'r1', 1, 0.001, 0.047));
    return made;
  }

  it('reaches until now, so that a frozen server has a frozen part', () => {
    const made = player(6);
    const nowUs = restsUntil(made);
    expect(nowUs / S).toBeGreaterThanOrEqual(6);
    const frozen = made.model.servers[0]!.segments.at(-1)!;
    expect(frozen.state).toBe('frozen');
    const time = foldTime(made.model.servers, { width: 640, nowUs });
    expect(time.x(nowUs) - time.x(frozen.fromUs)).toBeGreaterThan(50);
  });

  it('ends with the last thing that happened when no server is left', () => {
    const { model } = player(1);
    model.apply(changed(environment(1, 1), 2, 'reaped'));
    const clock = { isAligned: true, nowUs: 60 * S };
    expect(restsUntil({ model, shownUs: 1 * S, clock }) / S).toBe(2);
  });
});
