/** Until when a picture of what rests reaches. Pure; must not know the DOM. */
import type { StageModel } from './model';

/** What is asked of a player. */
export interface Rested {
  model: StageModel;
  shownUs: number;
  clock: { isAligned: boolean; nowUs: number };
}

/** The instant of a picture that is drawn for each change: now while servers live, else the last thing that happened. */
export function restsUntil({ model, shownUs, clock }: Rested): number {
  const lastUs = Math.max(model.lastUs, shownUs);
  const lives = model.servers.some((server) => server.endedUs === null);
  return lives && clock.isAligned ? Math.max(lastUs, clock.nowUs) : lastUs;
}
