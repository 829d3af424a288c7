/** What can be done from everywhere. */
import { deploying } from '$lib/deploy/deploy.svelte';
import { runInDock } from '$lib/function/run';
import { app } from '$lib/state/app.svelte';
import { brake } from '$lib/state/brake.svelte';
import { clouds } from '$lib/state/clouds.svelte';
import type { Action } from '$lib/state/commands.svelte';
import { dock } from '$lib/state/dock.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';
import { settings } from '$lib/state/settings.svelte';
import { unfinished } from '$lib/state/unfinished.svelte';
import { asApiError, call } from '$lib/api/client';
import type { CostQuery } from '$lib/api/generated/CostQuery';
import { demo } from '$lib/demo.svelte';
import { runtimeName } from '$lib/format';
import { PLACES } from './places';

function focusFilter(): void {
  document.querySelector<HTMLInputElement>('main [data-filter]')?.focus();
}

/** The report of everything in the month of now. */
async function exportReport(): Promise<void> {
  try {
    const query: CostQuery = { scope: { kind: 'all' }, month: null };
    const { month } = await call('cost_overview', query);
    // Loaded when it is wanted: the cost screen brings it too.
    const { saveMonth } = await import('$features/cost/save');
    await saveMonth('pdf', month, query);
  } catch (thrown) {
    overlays.failed('The report was not made', asApiError(thrown));
  }
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
    const runtime = runtimeName(one.configuration.runtime);
    const where = demo.on ? `made up, ${runtime}` : `on this computer, ${runtime}`;
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
        detail: demo.on ? where : 'Runs it once with an event',
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
      ...(demo.on
        ? []
        : [
            {
              id: `run-${one.id}`,
              title: `Run ${one.name} in the dock`,
              detail: 'Once, with the event it ran with last',
              group: 'Functions' as const,
              run: () => void runInDock(one.name),
            },
          ]),
    ] satisfies Action[];
  });
  const gone = overlays.toasts.findLast((toast) => toast.action?.label === 'Undo');
  return [
    ...(gone
      ? [
          {
            id: 'undo',
            title: `Undo: ${gone.text}`,
            group: 'Do' as const,
            run: () => {
              gone.action?.run();
              overlays.dismiss(gone.id);
            },
          },
        ]
      : []),
    {
      id: 'palette',
      title: 'Search or run a command',
      group: 'Help',
      inFields: true,
      run: () => overlays.openPalette(),
    },
    {
      id: 'shortcuts',
      title: 'Help: show the keys',
      group: 'Help',
      run: () => (overlays.shortcuts = 'read'),
    },
    { id: 'filter', title: 'Filter this page', group: 'This page', seldom: true, run: focusFilter },
    {
      id: 'actions',
      title: 'Actions for this page',
      group: 'This page',
      run: () => overlays.openPalette(),
    },
    {
      id: 'deploy',
      title: 'Deploy a folder…',
      detail: 'Runs it on this computer',
      group: 'Do',
      run: () => deploying.anew(),
    },
    ...((clouds.accounts.data?.accounts ?? []).some((one) => one.capabilities.includes('deploy_image'))
      ? [
          {
            id: 'deploy-image',
            title: 'Deploy a container image…',
            detail: 'To an account',
            group: 'Do' as const,
            run: () => deploying.image(),
          },
        ]
      : []),
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
      id: 'dock',
      title: dock.open ? 'Hide the dock' : 'Show the dock',
      detail: 'Log tails and outputs of runs',
      group: 'Do',
      run: () => dock.toggle(),
    },
    {
      id: 'report',
      title: 'Export the report of this month',
      detail: 'All that was spent, as PDF',
      group: 'Do',
      run: () => void exportReport(),
    },
    {
      id: 'demo',
      title: demo.on ? 'Remove demo data' : 'Use demo data',
      detail: demo.on ? 'Your own data stands there again' : '90 made-up days in the place of your own data',
      group: 'Do',
      run: () => void (demo.on || demo.making ? demo.remove() : demo.make()),
    },
    ...(unfinished.all.length > 0
      ? [
          {
            id: 'unfinished',
            title: 'Show unfinished changes',
            detail: 'Take back what was half made, or go on with it',
            group: 'Do' as const,
            run: () => unfinished.open(),
          },
        ]
      : []),
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
