/** Starts the window: language, host, then the screens. */
import './language';
import './styles/index.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { chooseHost } from '$lib/host';

/** A white window says nothing: an error before or outside the screens is written on it. */
function banner(text: string): void {
  const old = document.getElementById('crash');
  const box = old ?? document.createElement('pre');
  box.id = 'crash';
  box.setAttribute('role', 'alert');
  box.style.cssText =
    'position:fixed;inset:auto 0 0 0;z-index:90;margin:0;padding:12px 20px;white-space:pre-wrap;font:12px/18px var(--font-mono);background:var(--bad-bg);color:var(--bad-tx)';
  box.textContent = `Hearth's window hit an error. Reload it with Ctrl R; your functions are not affected.\n${text}`;
  if (!old) document.body.append(box);
}

window.addEventListener('error', (event) => {
  // Browsers report this harmless notice as an error.
  if (event.message.startsWith('ResizeObserver loop')) return;
  banner(`${event.message} (${event.filename}:${event.lineno})`);
});
window.addEventListener('unhandledrejection', (event) => {
  const reason: unknown = event.reason;
  if (reason instanceof DOMException && reason.name === 'AbortError') return;
  const message =
    reason instanceof Error
      ? reason.message
      : typeof reason === 'object' && reason !== null && 'message' in reason
        ? String(reason.message)
        : String(reason);
  banner(message);
});

const target = document.getElementById('app');
if (target) {
  chooseHost().then(
    () => mount(App, { target }),
    (thrown: unknown) => banner(String(thrown)),
  );
}
