/** What Hearth is and where, and the functions by name, kept fresh for the whole window. */
import { Query } from '$lib/api/query.svelte';
import { live } from './live.svelte';

/** Events that change neither. */
const QUIET: readonly string[] = ['logged', 'invocation_started', 'tuning_changed', 'cloud_step'];

/** Events that change what Hearth is, and no function. */
const OF_HEARTH: readonly string[] = ['settings_changed', 'accounts_changed'];

class AppState {
  readonly info = new Query('app_info');
  readonly functions = new Query('functions_list');

  /** Starts once for the window. */
  start(): () => void {
    this.info.point({});
    this.functions.point({ filter: '' });
    return live.on(
      (event) => {
        if (QUIET.includes(event.kind)) return;
        this.info.stale();
        if (!OF_HEARTH.includes(event.kind)) this.functions.stale();
      },
      () => {
        this.info.stale();
        this.functions.stale();
      },
    );
  }
}

export const app = new AppState();
