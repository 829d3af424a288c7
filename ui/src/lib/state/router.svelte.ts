/** Where the person is, kept in the address's hash so that back and reload work. Knows names of screens only. */
export const SCREENS = [
  'home',
  'functions',
  'containers',
  'function',
  'deploy',
  'lanes',
  'invocations',
  'logs',
  'cost',
  'budgets',
  'tuning',
  'missions',
  'glossary',
  'runtime',
  'accounts',
  'ask',
  'settings',
] as const;
export type Screen = (typeof SCREENS)[number];

export interface Route {
  screen: Screen;
  /** What follows in the path: `#/function/kettle/test` gives `['kettle', 'test']`. */
  rest: string[];
  params: Record<string, string>;
  /** What the address names when there is no such screen. */
  unknown?: string;
}

/** Reads a hash; without a screen it is Home. */
export function parse(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = 'home', ...rest] = path.split('/').filter(Boolean).map(decodeURIComponent);
  const screen = SCREENS.find((known) => known === first);
  const route = { screen: screen ?? 'home', rest, params: Object.fromEntries(new URLSearchParams(search)) };
  return screen === undefined ? { ...route, unknown: first } : route;
}

/** The address of a screen. */
export function href(
  screen: Screen,
  rest: string[] = [],
  params: Record<string, string | null> = {},
): string {
  const path = ['#', screen, ...rest.map(encodeURIComponent)].join('/');
  const kept = Object.entries(params).filter(
    (pair): pair is [string, string] => pair[1] !== null && pair[1] !== '',
  );
  return kept.length === 0 ? path : `${path}?${new URLSearchParams(kept).toString()}`;
}

class Router {
  route = $state.raw<Route>(parse(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.route = parse(location.hash);
    });
  }

  go(screen: Screen, rest: string[] = [], params: Record<string, string | null> = {}): void {
    location.hash = href(screen, rest, params);
  }

  /** Changes the address without a step in the history. */
  replace(screen: Screen, rest: string[] = [], params: Record<string, string | null> = {}): void {
    history.replaceState(null, '', href(screen, rest, params));
    this.route = parse(location.hash);
  }
}

export const router = new Router();
