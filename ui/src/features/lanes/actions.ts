/** What the palette and the keys do on Lanes. Owns their words; must not know what is drawn. */
import { SPEEDS, type StagePlayer } from '$lib/stage/player.svelte';
import type { Action } from '$lib/state/commands.svelte';
import type { Sender } from './sender.svelte';

/** Sending to a function of this computer, and taking its servers away. */
export function sendActions(sender: Sender, reset: () => Promise<void>): Action[] {
  return [
    {
      id: 'lanes-send',
      title: 'Send 1 request',
      group: 'This page',
      run: () => void sender.send(1),
    },
    {
      id: 'lanes-burst',
      title: `Send a burst of ${sender.burst}`,
      group: 'This page',
      run: () => void sender.send(sender.burst),
    },
    {
      id: 'lanes-stream',
      title: 'Start or stop the stream',
      group: 'This page',
      run: () => sender.toggleStream(),
    },
    {
      id: 'lanes-reset',
      title: 'Reap all servers and start again',
      group: 'This page',
      run: () => void reset(),
    },
  ];
}

/** Going through what happened. */
export function watchActions(player: StagePlayer, toggleTable: () => void): Action[] {
  return [
    {
      id: 'lanes-back',
      title: 'Step to the event before',
      group: 'This page',
      run: () => player.step(-1),
    },
    {
      id: 'lanes-forward',
      title: 'Step to the next event',
      group: 'This page',
      run: () => player.step(1),
    },
    {
      id: 'lanes-pause',
      title: 'Pause or play',
      group: 'This page',
      run: () => player.toggle(),
    },
    {
      id: 'lanes-slower',
      title: 'Play slower',
      group: 'This page',
      run: () => pace(player, -1),
    },
    {
      id: 'lanes-faster',
      title: 'Play faster',
      group: 'This page',
      run: () => pace(player, 1),
    },
    {
      id: 'lanes-fit',
      title: 'Fit what happened',
      group: 'This page',
      run: () => player.zoom.fit(),
    },
    {
      id: 'lanes-out',
      title: 'Zoom out: more time',
      group: 'This page',
      run: () => player.zoom.step(-1),
    },
    {
      id: 'lanes-in',
      title: 'Zoom in: less time',
      group: 'This page',
      run: () => player.zoom.step(1),
    },
    {
      id: 'lanes-table',
      title: 'Lanes as a table',
      group: 'This page',
      run: toggleTable,
    },
  ];
}

/** The speed before or after the one that is set. */
function pace(player: StagePlayer, direction: 1 | -1): void {
  const at = SPEEDS.findIndex((speed) => speed === player.speed);
  const next = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + direction))];
  if (next !== undefined) player.setSpeed(next);
}
