import { describe, expect, it } from 'vitest';
import { HearthClock } from './clock';
import { activity, foldTime } from './fold';
import { heatCells } from './heat';
import { ticks, viewAt, WINDOW_US, xOf } from './axis';
import { fittingRows, hit, layOut, markTop, placesFor, railDots, shownRows } from './layout';
import { StageModel } from './model';
import { feed } from './narrate';
import { ShownRows } from './shown';
import { costTop } from './strips';
import { costSteps, lifeOf, stepFrom, sweep, totals } from './sweep';
import { born, changed, environment, finished, snapshot, started } from './testing';
import { laneMoney } from './words';

const S = 1_000_000;

function model(limit: number, ...events: Parameters<StageModel['apply']>[0][]): StageModel {
  const made = new StageModel('f1');
  made.load(snapshot({ nowUs: 0, limit }));
  for (const event of events) made.apply(event);
  return made;
}

describe('layout', () => {
  it('shows the rows in use and room up to eight while the limit allows', () => {
    expect([shownRows(1, 20), shownRows(12, 20), shownRows(1, 3), shownRows(0, 1)]).toEqual([8, 12, 3, 1]);
    const low = fittingRows(374);
    expect(low).toBeLessThan(8);
    expect(layOut(560, 374, shownRows(2, 20, low)).heat, 'no strip for rows nobody had').toBeNull();
  });

  it('keeps ruler, rail, lanes and strips apart and inside', () => {
    for (const height of [320, 450, 600, 900]) {
      const layout = layOut(700, height, 8);
      const bands = [layout.ruler, layout.rail, layout.lanes, layout.busy!, layout.cost!];
      for (let index = 1; index < bands.length; index++) {
        const before = bands[index - 1]!;
        expect(bands[index]!.y, `band ${index} at ${height}`).toBeGreaterThanOrEqual(
          before.y + before.height,
        );
      }
      expect(layout.lanes.laneHeight).toBeGreaterThanOrEqual(25);
    }
  });

  it('scrolls 200 lanes instead of making them too low to press, when all are asked for', () => {
    const { lanes, heat } = layOut(700, 600, 200);
    expect(lanes.laneHeight).toBe(25);
    expect(lanes.contentHeight).toBe(5000);
    expect(lanes.height).toBeLessThan(600);
    expect(heat?.collapsed.size).toBe(0);
  });

  it('collapses what does not fit into a strip, and nothing while all fit', () => {
    const places = placesFor(600, 200);
    const order = Array.from({ length: places }, (_, place) => 199 - place);
    const layout = layOut(700, 600, 200, { order });
    expect(layout.lanes.contentHeight).toBeLessThanOrEqual(layout.lanes.height);
    expect(layout.heat?.collapsed.size).toBe(200 - places);
    expect(layout.heat!.y + layout.heat!.height).toBeLessThanOrEqual(layout.busy!.y);
    expect(markTop(layout, 199, 0)).toBeGreaterThanOrEqual(layout.lanes.y);
    expect(markTop(layout, 3, 0), 'a row without a lane is in the strip').toBeGreaterThanOrEqual(
      layout.heat!.y,
    );
    expect(placesFor(600, 8)).toBe(8);
    expect(layOut(700, 600, 8).heat).toBeNull();
  });

  it('puts now at 96.5 % of the width, and lets it walk there at the beginning', () => {
    expect(xOf(viewAt(100 * S, 0, 1000), 100 * S)).toBeCloseTo(965);
    expect(xOf(viewAt(2 * S, 0, 1000), 2 * S)).toBeLessThan(200);
  });

  it('turns pages of 6 s when motion is reduced', () => {
    const at = (s: number) => viewAt(s * S, 0, 1000, WINDOW_US, true).fromUs / S;
    expect(at(30)).toBe(at(31));
    expect(at(36) - at(30)).toBeCloseTo(6);
  });

  it('labels each second grid line from the beginning of the session', () => {
    const labels = ticks(viewAt(24 * S, 0, 1000), 0).map((tick) => tick.label);
    expect(labels.slice(0, 4)).toEqual(['2', '4', '6', '8']);
  });

  it('stacks dots closer than 9 px, at most five high, and keeps their level while time flows', () => {
    const events = Array.from({ length: 7 }, (_, n) => started(`r${n}`, 5 + n * 0.05));
    const made = model(8, ...events);
    const lifts = (atS: number) =>
      railDots(made.requests, viewAt(atS * S, 0, 1000), atS * S).map((dot) => dot.lift / 7);
    expect(lifts(6)).toEqual([0, 1, 2, 3, 4, 0, 1]);
    expect(lifts(20)).toEqual(lifts(6));
    expect(lifts(5.11), 'the future is not drawn').toHaveLength(3);
  });

  it('finds the server and the request under a pointer', () => {
    const made = model(
      8,
      ...born(environment(1, 1), 'r1', 1, 0.5, 0.5),
      ...born(environment(2, 1.1), 'r2', 1.1, 0.5, 0.5),
    );
    const layout = layOut(1000, 600, 8);
    const view = viewAt(10 * S, 0, 1000);
    const x = xOf(view, 1.2 * S);
    expect(hit(made, layout, view, 10 * S, 0, x, layout.lanes.y + layout.lanes.laneHeight + 5)).toEqual({
      kind: 'server',
      id: 'env-2',
    });
    expect(hit(made, layout, view, 10 * S, 0, xOf(view, S), layout.rail.y + layout.rail.height - 13)).toEqual(
      { kind: 'request', id: 'r1' },
    );
    expect(hit(made, layout, view, 10 * S, 0, x, 5)).toBeNull();
  });
});

describe('many servers', () => {
  /** Server n is born at n × 0.1 s, works half a second and freezes. */
  const crowd = model(
    200,
    ...Array.from({ length: 30 }, (_, n) =>
      born(environment(n + 1, n * 0.1), `r${n}`, n * 0.1, 0.1, 0.4),
    ).flat(),
  );

  it('shows those that worked last, each in its place until a newcomer needs one', () => {
    const shown = new ShownRows();
    const first = shown.at(crowd, 1 * S, crowd.rows, 5);
    expect(first).toHaveLength(5);
    expect(shown.at(crowd, 1 * S, crowd.rows, 5), 'nothing changed: the same rows').toBe(first);
    const later = shown.at(crowd, 1.15 * S, crowd.rows, 5);
    const moved = later.filter((row, place) => row !== first[place]);
    expect(moved.length, 'only newcomers change a place').toBeLessThanOrEqual(2);
    const last = shown.at(crowd, 10 * S, crowd.rows, 5);
    const worked = (row: number) => crowd.inRow(row, 10 * S)!.environment.number;
    expect([...last].map(worked).sort((a, b) => a - b)).toEqual([26, 27, 28, 29, 30]);
  });

  it('brings a collapsed row back when it works again', () => {
    const again = model(
      200,
      ...Array.from({ length: 30 }, (_, n) =>
        born(environment(n + 1, n * 0.1), `r${n}`, n * 0.1, 0.1, 0.4),
      ).flat(),
      started('late', 20),
      changed(environment(1, 0), 20, 'thaw', 'late'),
      changed(environment(1, 0), 20.001, 'busy', 'late'),
    );
    const shown = new ShownRows();
    const row = again.server('env-1')!.row;
    expect(shown.at(again, 19 * S, again.rows, 5)).not.toContain(row);
    expect(shown.at(again, 20.1 * S, again.rows, 5)).toContain(row);
  });

  it('counts each cell of the strip the same, wherever the stretch begins', () => {
    const whole = heatCells(crowd.servers, 0, 4 * S, 100_000);
    const part = heatCells(crowd.servers, 1.25 * S, 4 * S, 100_000);
    expect(part[0]?.fromUs).toBe(1.2 * S);
    expect(part).toEqual(whole.slice(12));
    expect(Math.max(...whole.map((cell) => cell.alive))).toBe(30);
    expect(whole.at(-1)).toMatchObject({ busy: 0, starting: 0, alive: 30 });
  });
});

describe('sweep', () => {
  const made = model(
    8,
    ...born(environment(1, 1), 'r1', 1, 0.5, 1),
    ...born(environment(2, 1.2), 'r2', 1.2, 0.5, 1),
    changed(environment(2, 1.2), 6, 'reaped'),
  );

  it('counts busy, starting and living servers', () => {
    const at = (s: number) => sweep(made.servers, 0, 10 * S).findLast((step) => step.atUs <= s * S)!;
    expect(at(0.5)).toMatchObject({ busy: 0, starting: 0, alive: 0 });
    expect(at(1.3)).toMatchObject({ busy: 0, starting: 2, alive: 2 });
    expect(at(1.6)).toMatchObject({ busy: 1, starting: 1, alive: 2 });
    expect(at(2.0)).toMatchObject({ busy: 2, starting: 0, alive: 2 });
    expect(at(5)).toMatchObject({ busy: 0, starting: 0, alive: 2 });
    expect(at(7)).toMatchObject({ busy: 0, starting: 0, alive: 1 });
  });

  it('makes one picture of two stretches that meet', () => {
    const whole = sweep(made.servers, 0, 10 * S).findLast((step) => step.atUs <= 2 * S)!;
    const second = sweep(made.servers, 1.8 * S, 10 * S).findLast((step) => step.atUs <= 2 * S)!;
    expect({ ...second, atUs: 0 }).toEqual({ ...whole, atUs: 0 });
  });

  it('adds costs up in the order in which calls ended, from a base too', () => {
    const whole = costSteps(made, 10 * S);
    const base = { ...costSteps(made, 2.6 * S).at(-1)!, atUs: 2.6 * S };
    expect(costSteps(made, 10 * S, base).at(-1)!.costUsd).toBeCloseTo(whole.at(-1)!.costUsd, 15);
    expect(totals(made, 10 * S).costUsd).toBeCloseTo(whole.at(-1)!.costUsd, 15);
  });

  it('sums up a moment and a life', () => {
    expect(totals(made, 2 * S)).toMatchObject({ alive: 2, requests: 2, cold: 2, refused: 0 });
    const life = lifeOf(made, made.servers[0]!, 4.5 * S);
    expect(life.calls).toBe(1);
    expect(life.olderCalls).toBe(0);
    expect(life.spentUs.init).toBe(0.5 * S);
    expect(life.totalUs).toBe(3.5 * S);
  });

  it('counts calls from before what is loaded, which only the record of a server knows', () => {
    const late = new StageModel('f1');
    const reaped = changed(environment(1, 1, { invocations: 2 }), 9, 'reaped');
    late.load(snapshot({ environments: [environment(1, 1, { invocations: 2 })] }));
    late.apply(reaped);
    expect(lifeOf(late, late.servers[0]!, 10 * S)).toMatchObject({ calls: 2, olderCalls: 2 });
    const busy = environment(2, 1, { invocations: 3 });
    const going = model(
      8,
      changed(busy, 1, 'busy', 'r1'),
      changed(busy, 2, 'warm'),
      changed(busy, 3, 'busy', 'r2'),
    );
    expect(lifeOf(going, going.servers[0]!, 4 * S)).toMatchObject({ calls: 4, olderCalls: 2 });
  });

  it('steps from change to change', () => {
    expect(stepFrom(made, 1 * S, 1)).toBe(1.2 * S);
    expect(stepFrom(made, 1.5 * S, -1)).toBe(1.2 * S);
    expect(stepFrom(made, 6 * S, 1)).toBeNull();
  });

  it('keeps the top of the cost strip above what was spent', () => {
    for (const usd of [1e-9, 3.3e-6, 0.02, 4]) {
      expect(costTop(usd)).toBeGreaterThan(usd);
      expect(costTop(usd)).toBeLessThan(usd * 1.5);
    }
  });
});

describe('feed', () => {
  it('tells births, reuse, waking, freezing, reaping and refusals', () => {
    const one = environment(1, 1, { initUs: 0.5 * S });
    const made = model(
      1,
      ...born(one, 'r1', 1, 0.5, 0.25),
      started('r2', 3),
      changed(one, 3, 'thaw', 'r2'),
      changed(one, 3.002, 'busy', 'r2'),
      finished('r3', 3.1, { outcome: 'throttled', start: 'none' }),
      changed(one, 3.5, 'warm'),
      changed(one, 3.6, 'busy', 'r4'),
      changed(one, 3.7, 'warm'),
      changed(one, 13.7, 'reaped'),
    );
    expect(feed(made, 20 * S, 9).map((story) => story.text.replaceAll('\u00a0', ' '))).toEqual([
      'Server 1 was reaped after 10 s without work.',
      'Request 4 went to server 1, still warm. No start-up.',
      'Request 3 was refused (429): the only server was busy.',
      'Request 2 woke server 1 in 2.0 ms. Its memory is still there.',
      'Server 1 froze. It keeps its memory and costs nothing.',
      'No server existed. Request 1 waited while server 1 was born in 500 ms.',
    ]);
    expect(feed(made, 1.2 * S, 9)[0]?.text).toBe(
      'No server existed. Request 1 waits while server 1 is born.',
    );
  });

  it('says why a server was reaped when it was not for idling', () => {
    const one = environment(1, 1);
    const ended = { ...one, endReason: 'version 2 was deployed' };
    const made = model(8, ...born(one, 'r1', 1, 0.1, 0.1), changed(ended, 2, 'reaped'));
    expect(feed(made, 9 * S, 1)[0]?.text).toBe('Server 1 was reaped: version 2 was deployed.');
    const idle = { ...one, endReason: 'idle for the keep-alive time' };
    const kept = model(8, ...born(one, 'r1', 1, 0.1, 0.1), changed(idle, 11.2, 'reaped'));
    expect(feed(kept, 19 * S, 1)[0]?.text.replaceAll('\u00a0', ' ')).toBe(
      'Server 1 was reaped after 10 s without work.',
    );
  });

  it('says why a server failed', () => {
    const one = environment(1, 1);
    const made = model(
      8,
      ...born(one, 'r1', 1, 0.1, 0.1),
      changed(one, 2, 'busy', 'r2'),
      changed(one, 5, 'failed', 'r2'),
      finished('r2', 2, { outcome: 'timed_out', environmentId: one.id }),
    );
    expect(feed(made, 9 * S, 1)[0]?.text).toBe(
      'Request 2 ran past its time limit. Server 1 was stopped with it.',
    );
  });

  it('says nobody was free when other servers lived', () => {
    const made = model(
      8,
      ...born(environment(1, 1), 'r1', 1, 0.5, 2),
      ...born(environment(2, 2), 'r2', 2, 0.5, 2),
    );
    expect(feed(made, 2.1 * S, 1)[0]?.text).toBe('Request 2 found nobody free, so server 2 is being born.');
  });
});

describe('folding', () => {
  const one = environment(1, 1);
  const made = model(
    8,
    ...born(one, 'r1', 1, 0.2, 0.05),
    changed(one, 15, 'thaw', 'r2'),
    changed(one, 15.01, 'busy', 'r2'),
    changed(one, 15.06, 'frozen'),
  );

  it('folds idle stretches to a fixed width that says their length', () => {
    const time = foldTime(made.servers, { width: 600, nowUs: 15.07 * S });
    expect(time.folds).toHaveLength(1);
    const [fold] = time.folds;
    expect(fold!.x1 - fold!.x0).toBe(56);
    expect(fold!.label.replace('\u00a0', ' ')).toBe('14 s');
    expect(time.x(15.07 * S)).toBeCloseTo(600);
  });

  it('is monotonous and stays inside its width', () => {
    const time = foldTime(made.servers, { width: 600, nowUs: 60 * S });
    let before = -1;
    for (let s = 0; s <= 60; s += 0.05) {
      const x = time.x(s * S);
      expect(x).toBeGreaterThanOrEqual(before);
      expect(x).toBeLessThanOrEqual(600.001);
      before = x;
    }
  });

  it('leaves the oldest out when there is no room', () => {
    const many = model(
      8,
      ...Array.from({ length: 60 }, (_, n) => [
        changed(environment(1, 1), 1 + n * 10, 'busy', `r${n}`),
        changed(environment(1, 1), 1.1 + n * 10, 'frozen'),
      ]).flat(),
    );
    const time = foldTime(many.servers, { width: 500, nowUs: 592 * S });
    expect(time.folds.length).toBeLessThan(8);
    expect(time.fromUs).toBeGreaterThan(400 * S);
    expect(activity(many.servers, 592 * S)).toHaveLength(60);
  });
});

describe('clock', () => {
  it('takes the middle of the shortest round trip', () => {
    let now = 1000;
    const clock = new HearthClock(() => now);
    now = 1100;
    clock.align(5_050_000, 1000);
    expect(clock.nowUs).toBe(5_100_000);
    now = 2000;
    clock.align(9_000_000, 1000);
    expect(clock.nowUs, 'a longer trip teaches nothing').toBe(6_000_000);
  });

  it('is never behind what has happened', () => {
    const clock = new HearthClock(() => 0);
    clock.align(1000, 0);
    clock.atLeast(5000);
    expect(clock.nowUs).toBe(5000);
    clock.atLeast(4000);
    expect(clock.nowUs).toBe(5000);
  });
});

describe('money', () => {
  it('shows all digits and no powers of ten', () => {
    const plain = (usd: number) => laneMoney(usd).replaceAll('\u202f', ' ');
    expect([plain(0), plain(0.000025), plain(0.0000003), plain(1.5)]).toEqual([
      '$0',
      '$0.000 025',
      '$0.000 000 300',
      '$1.50',
    ]);
  });
});
