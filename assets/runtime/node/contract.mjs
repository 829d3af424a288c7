// What AWS promises a Node function: its call in both styles, its result and
// the form of its errors. Nothing here talks to the Runtime API.

import { makeContext } from "./context.mjs";

/** An error of the contract itself, named as AWS names it (`Runtime.…`). */
export function fault(kind, message, stack) {
  const error = new Error(message);
  error.name = kind;
  error.stack = stack === undefined ? `${kind}: ${message}` : `${kind}: ${message}\n${String(stack)}`;
  return error;
}

/** Calls a handler with one event: `{ result }` as JSON text, or `{ error: { value } }`. */
export async function run(handler, body, headers) {
  try {
    const event = JSON.parse(body);
    const value = await call(handler, event, headers);
    return { result: write(value) };
  } catch (value) {
    return { error: { value } };
  } finally {
    onIdle = null;
  }
}

// What to do once nothing is left in the event loop: a callback answers only
// then unless told not to wait, and a handler that will never answer is `null`.
let onIdle = null;
process.on("beforeExit", () => {
  if (onIdle === null) return;
  // In a turn of its own: Node ends after this event unless the loop has something to do, also when the next call
  // has begun meanwhile.
  setImmediate(onIdle);
  onIdle = null;
});

function call(handler, event, headers) {
  return new Promise((resolve, reject) => {
    let waits = true;
    onIdle = () => resolve(null);
    const finish = (error, value) => {
      const settle = () => (error === null || error === undefined ? resolve(value) : reject(error));
      if (waits) onIdle = settle;
      else settle();
    };
    const context = makeContext(headers, {
      setWaits: (value) => (waits = value),
      getWaits: () => waits,
      finish,
    });
    const returned = handler(event, context, finish);
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  });
}

function write(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch (error) {
    throw fault("Runtime.MarshalError", `Unable to stringify response body: ${error.message}`);
  }
}

/** The document AWS answers with; the order of its keys is part of it. */
export function errorBody(error) {
  if (error instanceof Error || (typeof error === "object" && error !== null && "stack" in error)) {
    return {
      errorType: String(error.name ?? "Error"),
      errorMessage: String(error.message ?? ""),
      trace: String(error.stack ?? "").split("\n"),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** The kind as the Runtime API's header wants it. */
export function errorKind(body) {
  return body.errorType || "Error";
}
