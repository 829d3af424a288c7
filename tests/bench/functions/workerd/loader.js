// Runs the handler in an isolate of its own: a new one for each call of /new, one and the same for all else.
import handler from "handler-source";

const code = () => ({ compatibilityDate: "2026-01-01", mainModule: "handler.js", modules: { "handler.js": handler } });
let count = 0;

export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname === "/new" ? `isolate-${++count}` : "kept";
    return env.LOADER.get(name, code).getEntrypoint().fetch(request);
  },
};
