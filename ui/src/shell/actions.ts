/** What can be done from everywhere. */
import { deploying } from '$lib/deploy/deploy.svelte';
import { runInDock } from '$lib/function/run';
import { app } from '$lib/state/app.svelte';
import { brake } from '$lib/state/brake.svelte';
import type { Action } from '$lib/state/commands.svelte';
import { dock } from '$lib/state/dock.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';
import { settings } from '$lib/state/settings.svelte';
import { asApiError } from '$lib/api/client';
import { runtimeName } from '$lib/format';
import { PLACES } from './places';

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('main [data-filter]')?.focus();
}

export function globalActions(): readonly Action[] {
  const places: Action[] = PLACES.flatMap((group) => group.places).map((place) => ({
    id: `go-${place.screen}`,
    title: place.title,
    detail: 'Go to',
    group: 'Go to',
    run: () => router.go(place.screen),
  }));
  const functions: Action[] = (app.functions.data?.functions ?? []).flatMap(({ function: one }) => {
    const where = `on this computer, ${runtimeName(one.configuration.runtime)}`;
    return [
      {
        id: `open-${one.id}`,
        title: one.name,
        detail: where,
        group: 'Functions',
        run: () => router.go('function', [one.name]),
      },
      {
        id: `test-${one.id}`,
        title: `Test ${one.name}`,
        detail: 'Runs it once with an event',
        group: 'Functions',
        run: () => router.go('function', [one.name, 'test']),
      },
      {
        id: `logs-${one.id}`,
        title: `Logs of ${one.name}`,
        detail: where,
        group: 'Functions',
        run: () => router.go('function', [one.name, 'logs']),
      },
      {
        id: `tail-${one.id}`,
        title: `Tail ${one.name} in the dock`,
        detail: where,
        group: 'Functions',
        run: () => dock.tail(one.name),
      },
      {
        id: `run-${one.id}`,
        title: `Run ${one.name} in the dock`,
        detail: 'Once, with the event it ran with last',
        group: 'Functions',
        run: () => void runInDock(one.name),
      },
    ] satisfies Action[];
  });
  return [
    {
      id: 'palette',
      title: 'Search or run a command',
      group: 'Help',
      inFields: true,
      run: () => overlays.openPalette(),
    },
    {
      id: 'shortcuts',
      title: 'Show the keys',
      group: 'Help',
      run: () => (overlays.shortcuts = 'read'),
    },
    { id: 'filter', title: 'Filter this page', group: 'This page', run: focusFilter },
    {
      id: 'actions',
      title: 'Actions for this page',
      group: 'This page',
      run: () => overlays.openPalette(),
    },
    {
      id: 'dock',
      title: dock.open ? 'Hide the dock' : 'Show the dock',
      detail: 'Log tails and outputs of runs',
      group: 'Do',
      run: () => dock.toggle(),
    },
    {
      id: 'deploy',
      title: 'Deploy a folder…',
      detail: 'Runs it on this computer',
      group: 'Do',
      run: () => router.go('deploy'),
    },
    {
      id: 'choose',
      title: 'Choose a folder to deploy…',
      group: 'Do',
      run: () => deploying.choose(),
    },
    {
      id: 'kettle',
      title: 'Run the sample kettle',
      detail: 'Nothing to install',
      group: 'Do',
      run: () => deploying.sample('kettle', true),
    },
    {
      id: 'release-brake',
      title: 'Release the brake',
      detail: 'Limits are what they were',
      group: 'Do',
      inFields: true,
      run: () => void brake.release(),
    },
    {
      id: 'theme',
      title: 'Change the theme',
      detail: 'Dark, light, high contrast',
      group: 'Do',
      run: () =>
        void settings
          .nextTheme()
          .catch((thrown) => overlays.failed('The theme was not kept', asApiError(thrown))),
    },
    ...places,
    ...functions,
  ];
}
