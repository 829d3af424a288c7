/** The places of the window, in the order of the sidebar. Their keys are in `lib/state/keys`, as `go-` and the screen. */
import BookOpen from '@lucide/svelte/icons/book-open';
import Boxes from '@lucide/svelte/icons/boxes';
import ChartArea from '@lucide/svelte/icons/chart-area';
import Cloud from '@lucide/svelte/icons/cloud';
import DatabaseSearch from '@lucide/svelte/icons/database-search';
import Flame from '@lucide/svelte/icons/flame';
import Gauge from '@lucide/svelte/icons/gauge';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import House from '@lucide/svelte/icons/house';
import ListTree from '@lucide/svelte/icons/list-tree';
import OctagonPause from '@lucide/svelte/icons/octagon-pause';
import Rows3 from '@lucide/svelte/icons/rows-3';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import SquareFunction from '@lucide/svelte/icons/square-function';
import type { Component } from 'svelte';
import type { Screen } from '$lib/state/router.svelte';

export interface Place {
  screen: Screen;
  title: string;
  icon: Component<{ class?: string }>;
}

export const PLACES: readonly { title: string; places: readonly Place[] }[] = [
  {
    title: '',
    places: [
      { screen: 'home', title: 'Home', icon: House },
      { screen: 'functions', title: 'Functions', icon: SquareFunction },
      { screen: 'containers', title: 'Containers', icon: Boxes },
      { screen: 'lanes', title: 'Lanes', icon: Rows3 },
      { screen: 'invocations', title: 'Invocations', icon: ListTree },
      { screen: 'logs', title: 'Logs', icon: ScrollText },
    ],
  },
  {
    title: 'Money',
    places: [
      { screen: 'cost', title: 'Cost', icon: ChartArea },
      { screen: 'budgets', title: 'Budgets & brake', icon: OctagonPause },
      { screen: 'tuning', title: 'Tuning', icon: Gauge },
    ],
  },
  {
    title: 'Learn',
    places: [
      { screen: 'missions', title: 'Missions', icon: GraduationCap },
      { screen: 'glossary', title: 'Glossary', icon: BookOpen },
    ],
  },
  {
    title: 'System',
    places: [
      { screen: 'runtime', title: 'Local runtime', icon: Flame },
      { screen: 'accounts', title: 'Accounts', icon: Cloud },
      { screen: 'ask', title: 'Ask the ledger', icon: DatabaseSearch },
      { screen: 'settings', title: 'Settings', icon: Settings },
    ],
  },
];

export function titleOf(screen: Screen): string {
  for (const group of PLACES) {
    const place = group.places.find((one) => one.screen === screen);
    if (place) return place.title;
  }
  return screen === 'deploy' ? 'Deploy' : 'Functions';
}
