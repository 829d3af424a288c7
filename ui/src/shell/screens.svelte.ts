/** Screens that are not needed for the first paint, loaded right after it so that going there is instant. */
import { asApiError, type ApiError } from '$lib/api/client';

async function load() {
  const [
    monitor,
    lanes,
    logs,
    invocations,
    page,
    panel,
    deploy,
    runtime,
    settings,
    glossary,
    dock,
    ask,
    priceBook,
    priceBlock,
  ] = await Promise.all([
    import('$features/monitor/index.svelte'),
    import('$features/lanes/index.svelte'),
    import('$features/logs/index.svelte'),
    import('$features/invocations/index.svelte'),
    import('$features/function/index.svelte'),
    import('$features/function/Panel.svelte'),
    import('$features/deploy/index.svelte'),
    import('$features/runtime/index.svelte'),
    import('$features/settings/index.svelte'),
    import('$features/glossary/index.svelte'),
    import('$features/dock/index.svelte'),
    import('$features/ask/index.svelte'),
    import('$features/prices/index.svelte'),
    import('$features/prices/Block.svelte'),
  ]);
  return {
    Monitor: monitor.default,
    Lanes: lanes.default,
    Logs: logs.default,
    Invocations: invocations.default,
    FunctionPage: page.default,
    FunctionPanel: panel.default,
    Deploy: deploy.default,
    Runtime: runtime.default,
    SettingsPage: settings.default,
    Glossary: glossary.default,
    DockPane: dock.default,
    Ask: ask.default,
    PriceBook: priceBook.default,
    PriceBlock: priceBlock.default,
  };
}

type Loaded = Partial<Awaited<ReturnType<typeof load>>>;

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
