// A rehearsal loads and runs a built-in handler along the path that user code
// will take, so that a parked process has compiled and touched it before its
// first call.

import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { run } from "./contract.mjs";
import { loadHandler } from "./handler.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const HEADERS = {
  "lambda-runtime-aws-request-id": "rehearsal",
  "lambda-runtime-deadline-ms": "0",
  "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:rehearsal",
};

export async function rehearse(event) {
  const handler = await loadHandler(HERE, "rehearsed.handler");
  delete require.cache[path.join(HERE, "rehearsed.cjs")];
  format("%s", event, { event });
  const { result, error } = await run(handler, event, HEADERS);
  if (error !== undefined) throw error.value;
  return result;
}
