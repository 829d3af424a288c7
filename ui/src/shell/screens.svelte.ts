/** Screens that are not needed for the first paint, loaded right after it so that going there is instant. */
import { asApiError, type ApiError } from '$lib/api/client';

const FILES = {
  Monitor: () => import('$features/monitor/index.svelte'),
  Lanes: () => import('$features/lanes/index.svelte'),
  Logs: () => import('$features/logs/index.svelte'),
  Invocations: () => import('$features/invocations/index.svelte'),
  FunctionPage: () => import('$features/function/index.svelte'),
  FunctionPanel: () => import('$features/function/Panel.svelte'),
  Deploy: () => import('$features/deploy/index.svelte'),
  Runtime: () => import('$features/runtime/index.svelte'),
  SettingsPage: () => import('$features/settings/index.svelte'),
  Glossary: () => import('$features/glossary/index.svelte'),
  DockPane: () => import('$features/dock/index.svelte'),
  Ask: () => import('$features/ask/index.svelte'),
  PriceBook: () => import('$features/prices/index.svelte'),
  PriceBlock: () => import('$features/prices/Block.svelte'),
  Budgets: () => import('$features/budgets/index.svelte'),
  Cost: () => import('$features/cost/index.svelte'),
  Containers: () => import('$features/containers/index.svelte'),
  Accounts: () => import('$features/accounts/index.svelte'),
  Tuning: () => import('$features/tuning/index.svelte'),
};

type Loaded = { [Name in keyof typeof FILES]?: Awaited<ReturnType<(typeof FILES)[Name]>>['default'] };

async function load(): Promise<Loaded> {
  const files = await Promise.all(
    Object.entries(FILES).map(async ([name, file]) => [name, (await file()).default] as const),
  );
  return Object.fromEntries(files) as Loaded;
}

class Screens {
  loaded = $state.raw<Loaded>({});
  failed = $state.raw<ApiError | null>(null);

  start(): void {
    load().then(
      (loaded) => (this.loaded = loaded),
      (thrown) => (this.failed = asApiError(thrown)),
    );
  }
}

export const screens = new Screens();
screens.start();
