/** The person's settings, and the theme and motion that follow from them. */
import { call } from '$lib/api/client';
import type { Settings } from '$lib/api/generated/Settings';
import { live } from './live.svelte';

/** What the window shows before the settings are known; the same as Hearth's own defaults. */
const BEFORE: Settings = {
  keepAliveUs: 300_000_000,
  freezeAfterUs: 0,
  defaultConcurrency: 20,
  priceRegion: 'us-east-1',
  theme: 'system',
  motion: 'system',
  singleKeys: true,
  keys: {},
  eventsFolder: null,
  rawDays: 90,
  maxLedgerMb: 4096,
  rollupDays: 800,
};

/** The theme is kept here too, so that a window does not flash in another one until the settings are read. */
const THEME_KEY = 'hearth theme';
const lastTheme = () => localStorage.getItem(THEME_KEY) ?? BEFORE.theme;

class SettingsState {
  value = $state.raw<Settings>({ ...BEFORE, theme: lastTheme() });
  known = $state(false);
  #systemLight = $state(matchMedia('(prefers-color-scheme: light)').matches);
  #systemReduced = $state(matchMedia('(prefers-reduced-motion: reduce)').matches);
  #systemContrast = $state(matchMedia('(prefers-contrast: more)').matches);
  #override = new URLSearchParams(location.search);

  constructor() {
    matchMedia('(prefers-contrast: more)').addEventListener('change', (event) => {
      this.#systemContrast = event.matches;
    });
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', (event) => {
      this.#systemLight = event.matches;
    });
    matchMedia('(prefers-reduced-motion: reduce)').addEventListener('change', (event) => {
      this.#systemReduced = event.matches;
    });
  }

  /** The theme to draw: `dark`, `light` or `hc`. */
  get theme(): 'dark' | 'light' | 'hc' {
    const wanted = this.#override.get('theme') ?? this.value.theme;
    if (wanted === 'dark' || wanted === 'light' || wanted === 'hc') return wanted;
    if (this.#systemContrast) return 'hc';
    return this.#systemLight ? 'light' : 'dark';
  }

  get reducedMotion(): boolean {
    return this.#systemReduced || (this.#override.get('motion') ?? this.value.motion) === 'reduced';
  }

  /** Reads the settings now and whenever they change. */
  start(): () => void {
    void this.load();
    return live.on(
      (event) => {
        if (event.kind === 'settings_changed') void this.load();
      },
      () => void this.load(),
    );
  }

  async load(): Promise<void> {
    try {
      this.#take(await call('settings_get', {}));
      this.known = true;
    } catch {
      // Without an answer the defaults stay; the status bar says that Hearth does not answer.
      this.known = false;
    }
  }

  /** Changes some settings; rejects with an `ApiError` and keeps the old ones when refused. */
  async change(part: Partial<Settings>): Promise<void> {
    this.#take(await call('settings_set', { ...this.value, ...part }));
  }

  #take(value: Settings): void {
    this.value = value;
    localStorage.setItem(THEME_KEY, value.theme);
  }

  /** Dark, light, high contrast, in turn. */
  async nextTheme(): Promise<void> {
    this.#override.delete('theme');
    await this.change({ theme: this.theme === 'dark' ? 'light' : this.theme === 'light' ? 'hc' : 'dark' });
  }
}

export const settings = new SettingsState();
