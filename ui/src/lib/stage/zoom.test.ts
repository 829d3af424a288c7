import { describe, expect, it } from 'vitest';
import { scaleOf, ticks, usAt, WINDOW_US, xOf } from './axis';
import { viewCells } from './heat';
import { StageModel } from './model';
import { StagePlayer } from './player.svelte';
import { born, changed, environment, snapshot, started } from './testing';
import { burstEnd, fitScale, FOLD_PX, foldedView, happenings } from './zoom';

const S = 1_000_000;
const MS = 1_000;
const WIDTH = 752;

/** The sample: a first call, a warm one, and a burst of five that needs four new servers. */
function kettle(): StageModel {
  const made = new StageModel('f1');
  made.load(snapshot({ nowUs: 0, limit: 20 }));
  const one = environment(1, 1);
  const events = [
    ...born(one, 'r1', 1, 0.02, 0.031),
    started('r2', 13),
    changed(one, 13, 'thaw', 'r2'),
    changed(one, 13.000_001, 'busy', 'r2'),
    changed(one, 13.031, 'warm'),
    changed(one, 13.033, 'frozen'),
    started('r3', 28),
    changed(one, 28, 'thaw', 'r3'),
    changed(one, 28.000_001, 'busy', 'r3'),
    changed(one, 28.031, 'warm'),
    changed(one, 28.033, 'frozen'),
    ...[2, 3, 4, 5].flatMap((number) =>
      born(environment(number, 28.001), `b${number}`, 28.001, 0.01 + number * 0.003, 0.031),
    ),
  ];
  for (const event of events) made.apply(event);
  return made;
}

function fitted(model: StageModel, atUs: number) {
  const all = happenings(model);
  const burstUs = burstEnd(all, atUs);
  const usPerPx = fitScale(all, happenings(model, true), burstUs, WIDTH);
  return foldedView(all, { width: WIDTH, endUs: Math.max(atUs, burstUs), usPerPx });
}

describe('fitting what happened', () => {
  const model = kettle();
  const view = fitted(model, 60 * S);

  it('makes births of milliseconds wide enough to be seen after a burst', () => {
    for (const server of model.servers.slice(1)) {
      const init = server.segments.find((segment) => segment.state === 'init')!;
      expect(xOf(view, init.toUs!) - xOf(view, init.fromUs), server.id).toBeGreaterThan(20);
    }
  });

  it('folds what is idle to one width and says its length', () => {
    const folds = view.folded!.folds.map((fold) => [
      fold.label.replace('\u00a0', ' '),
      Math.round(xOf(view, fold.toUs) - xOf(view, fold.fromUs)),
    ]);
    expect(folds).toEqual([
      ['12 s', FOLD_PX],
      ['15 s', FOLD_PX],
      ['32 s', FOLD_PX],
    ]);
  });

  it('keeps one scale wherever it is not folded', () => {
    const px = (fromS: number, toS: number) => xOf(view, toS * S) - xOf(view, fromS * S);
    expect(px(28, 28.02)).toBeCloseTo(px(13, 13.02), 6);
    expect(px(28, 28.02)).toBeCloseTo((20 * MS) / scaleOf(view), 6);
  });

  it('finds the instant under each pixel', () => {
    for (let x = -20; x <= WIDTH + 20; x += 7) expect(xOf(view, usAt(view, x))).toBeCloseTo(x, 3);
  });

  it('keeps its scale while the time since then grows', () => {
    for (const atS of [28.1, 28.4, 31, 300]) expect(scaleOf(fitted(model, atS * S))).toBe(scaleOf(view));
    expect(xOf(fitted(model, 28.4 * S), 28.4 * S)).toBeLessThanOrEqual(WIDTH);
  });

  it('has now inside, near the right edge', () => {
    expect(xOf(view, 60 * S)).toBeLessThanOrEqual(WIDTH);
    expect(xOf(view, 60 * S)).toBeGreaterThan(WIDTH * 0.9);
  });

  it('says on the ruler when each stretch began and how far it goes', () => {
    const labels = ticks(view, S).map((tick) => tick.label);
    expect(labels).toContain('27.0 s');
    expect(labels).toContain('12.0 s');
    expect(labels.some((label) => /^\+\d+ ms$/.test(label))).toBe(true);
  });

  it('shows no more than 24 s at once of a long stretch', () => {
    const long = new StageModel('f1');
    long.load(snapshot({ nowUs: 0, limit: 8 }));
    for (const event of born(environment(1, 1), 'r1', 1, 1, 90)) long.apply(event);
    expect(scaleOf(fitted(long, 100 * S)) * WIDTH).toBeCloseTo(WINDOW_US, -3);
  });

  it('does not let servers that went hours later take the room of the work', () => {
    const gone = kettle();
    for (const number of [1, 2, 3, 4, 5])
      gone.apply(changed(environment(number, 1), 328 + number * 0.001, 'reaped'));
    const after = fitted(gone, 329 * S);
    const init = gone.servers[2]!.segments[0]!;
    expect(xOf(after, init.toUs!) - xOf(after, init.fromUs)).toBeGreaterThan(20);
    expect(xOf(after, init.fromUs)).toBeGreaterThan(0);
  });

  it('keeps what is chosen in its place, and never leaves what happened', () => {
    const all = happenings(model);
    const at = { us: 28.01 * S, x: 300 };
    const near = foldedView(all, { width: WIDTH, endUs: 60 * S, usPerPx: 20, anchor: at });
    expect(xOf(near, at.us)).toBeCloseTo(300, 3);
    const beyond = foldedView(all, { width: WIDTH, endUs: 60 * S, usPerPx: 20, anchor: { us: 0, x: 5000 } });
    expect(xOf(beyond, 1 * S)).toBeLessThan(40);
  });

  it('counts a folded stretch of collapsed servers as one cell', () => {
    const cells = viewCells(model.servers, view, 1 * S, 60 * S);
    expect(cells.length).toBeLessThan(WIDTH);
    expect(cells.at(-1)).toMatchObject({ alive: 5, busy: 0 });
  });
});

describe('a player', () => {
  function playing(): StagePlayer {
    const player = new StagePlayer('f1');
    const model = kettle();
    Object.assign(player, { model });
    player.scrub(1 * S);
    player.zoom.shown = player.zoom.resting(model, player.atUs, WIDTH);
    return player;
  }

  it('crosses a folded stretch in less than a second, and work at the speed that is set', () => {
    const player = playing();
    player.toggle();
    player.advance(20);
    expect(player.atUs).toBe(1.02 * S);
    player.scrub(2 * S);
    player.toggle();
    for (let ms = 0; ms < 900; ms += 20) player.advance(20);
    expect(player.atUs).toBeGreaterThan(12.9 * S);
  });

  it('is at now again each second while servers rest, and only then', () => {
    const player = new StagePlayer('f1');
    Object.assign(player, { clock: { nowUs: 0, align: () => undefined, atLeast: () => undefined } });
    const clock = player.clock as unknown as { nowUs: number };
    player.load(snapshot({ nowUs: 0 }), 0, 0);
    player.apply(born(environment(1, 1), 'r1', 1, 0.1, 0.1));
    for (let nowMs = 1_000; nowMs <= 4_000; nowMs += 100) {
      clock.nowUs = nowMs * MS;
      player.advance(100);
    }
    expect(player.moving).toBe(false);
    expect(player.ages).toBe(true);
    clock.nowUs = 12 * S;
    player.age();
    expect(player.shownUs / S).toBeCloseTo(11.88);
    player.toggle();
    clock.nowUs = 20 * S;
    player.age();
    expect(player.shownUs / S, 'a pause holds').toBeCloseTo(11.88);
  });
});
