// A rehearsal takes a built-in function on and serves it along the path that
// user code will take, so that a parked process has compiled and touched it
// before its first call. Afterwards the process is as it was.

import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { become } from "./assignment.mjs";
import { loadHandler } from "./handler.mjs";
import { patchConsole, setRequest } from "./logs.mjs";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "rehearsed");
const require = createRequire(import.meta.url);
const HEADERS = {
  "lambda-runtime-aws-request-id": "rehearsal",
  "lambda-runtime-deadline-ms": "0",
  "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:rehearsal",
  "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
};

export async function rehearse(event, serve) {
  const before = { environment: { ...process.env }, folder: process.cwd(), console: { ...console } };
  try {
    become({ environment: { ...process.env, HEARTH_REHEARSAL: "1" }, handler: "rehearsed.handler", taskRoot: ROOT });
    patchConsole();
    format("%s", event, { event });
    process.chdir(ROOT);
    const handler = await loadHandler(ROOT, "rehearsed.handler");
    await serve(handler, { headers: HEADERS, body: event });
  } finally {
    // What the function's own start-up logs belongs to no request.
    setRequest(undefined);
    delete require.cache[path.join(ROOT, "rehearsed.js")];
    become(before);
    delete process.env._HANDLER;
    delete process.env.LAMBDA_TASK_ROOT;
    process.chdir(before.folder);
    Object.assign(console, before.console);
  }
}
