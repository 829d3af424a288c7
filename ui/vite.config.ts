import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * While developing, `HEARTH_URL` is the address that `hearth serve` printed: its token becomes a cookie here, and
 * commands, events and uploads of the page go to it.
 */
async function toHearth(): Promise<Record<string, ProxyOptions>> {
  const url = process.env.HEARTH_URL;
  if (!url) return {};
  const entered = await fetch(url, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`${url} let nobody in: use the whole address that hearth serve printed`);
  const { origin } = new URL(url);
  const options: ProxyOptions = {
    target: origin,
    changeOrigin: true,
    headers: { cookie, origin, 'sec-fetch-site': 'same-origin' },
  };
  return { '/rpc': options, '/events': options, '/upload': options };
}

export default defineConfig(async ({ command }) => ({
  plugins: [svelte()],
  resolve: {
    alias: {
      $lib: fileURLToPath(new URL('./src/lib', import.meta.url)),
      $features: fileURLToPath(new URL('./src/features', import.meta.url)),
    },
    // Components under test mount in a browser-like document, so Svelte's client build is wanted there too.
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  build: {
    target: 'safari16',
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'editor', test: /node_modules[\\/](@codemirror|@lezer|style-mod|crelt|w3c-keyname)/ },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    host: '127.0.0.1',
    proxy: command === 'serve' && !process.env.VITEST ? await toHearth() : {},
  },
  clearScreen: false,
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
  },
}));
