import { describe, expect, it } from 'vitest';
import { namesOf } from './export';
import { layOut } from './layout';
import { StageModel } from './model';
import { born, environment, snapshot } from './testing';

const S = 1_000_000;

describe('a picture of lanes that stands alone', () => {
  it('names each server with its state beside its lane, and what the strips are', () => {
    const model = new StageModel('f1');
    model.load(snapshot({ nowUs: 0, limit: 4 }));
    for (const number of [1, 2])
      for (const event of born(environment(number, 1), `r${number}`, 1, 0.1, 0.1)) model.apply(event);
    const layout = layOut(700, 500, 4);
    const names = namesOf(model, layout, 5 * S, 'Cost on AWS');
    expect(names.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
      'Requests: 2',
      'Server 1: frozen',
      'Server 2: frozen',
      'Busy now: 0 of 4',
      expect.stringMatching(/^Cost on AWS: \$0\.000/),
    ]);
    const [, first, second] = names;
    expect(second!.y - first!.y).toBe(layout.lanes.laneHeight);
  });
});
