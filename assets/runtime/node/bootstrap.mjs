// Entry point of Hearth's Node runtime client: one process, one environment.
//
// Owns the order of things: parked or not, init, the loop of invocations. How
// user code is found (handler.mjs), what it is given (assignment.mjs,
// context.mjs), how its words reach the log (logs.mjs) and the socket
// (transport.mjs) live beside it.
// Node 18 and later, nothing but the standard library.

import { become } from "./assignment.mjs";
import { rehearse } from "./rehearsal.mjs";
import { errorBody, errorKind, run } from "./contract.mjs";
import { loadHandler } from "./handler.mjs";
import { openStreams, patchConsole, setRequest, writeError } from "./logs.mjs";
import { Closed, Connection } from "./transport.mjs";

const RUNTIME = "/2018-06-01/runtime";
const CAUSE_LIMIT = 1 << 20;

const connection = new Connection(process.env.AWS_LAMBDA_RUNTIME_API ?? "");
let current = null;
// Set once the process is about to end: the connection is then the last word's.
let ending = false;

async function waitForAssignment() {
  for (;;) {
    const { status, body } = await connection.next("/hearth/assignment");
    if (status !== 200) throw new Error(`no assignment, the runtime api answered ${status}`);
    const message = JSON.parse(body);
    if (message.kind === "assign") return message;
    if (message.kind !== "rehearse") throw new Error(`unknown assignment \`${message.kind}\``);
    await rehearse(message.event, (handler, event) => serveOne(handler, event, "/hearth/rehearsal"));
  }
}

async function failInit(error) {
  const body = errorBody(error);
  writeError("Uncaught Exception ", error, body);
  await postInitError(body);
  process.exit(1);
}

// An error outside the handler's own promise ends the process, as on AWS; the
// current invocation is answered first, so that its caller learns why.
function watchStrays(state) {
  const end = async (label, error) => {
    if (ending) return;
    ending = true;
    const body = errorBody(error);
    writeError(label, error, body);
    if (state.initializing) await postInitError(body);
    else if (current !== null) await answerError(current, body, { last: true });
    process.exit(128 + 1);
  };
  process.on("uncaughtException", (error) => void end("Uncaught Exception ", error));
  process.on("unhandledRejection", (reason) => {
    const error = new Error(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));
    error.name = "Runtime.UnhandledPromiseRejection";
    if (reason instanceof Error) error.stack = String(reason.stack);
    error.reason = reason;
    void end("Unhandled Promise Rejection ", error);
  });
}

async function postInitError(body) {
  await connection.post(`${RUNTIME}/init/error`, JSON.stringify(body), {
    "Lambda-Runtime-Function-Error-Type": errorKind(body),
  });
}

// The last word is waited for: the process ends after it.
async function answerError(requestId, body, { last = false } = {}) {
  current = null;
  const headers = { "Lambda-Runtime-Function-Error-Type": errorKind(body) };
  const cause = JSON.stringify({
    working_directory: process.cwd(),
    exceptions: [{ type: body.errorType, message: body.errorMessage, stack: [] }],
    paths: [],
  });
  if (cause.length < CAUSE_LIMIT) headers["Lambda-Runtime-Function-XRay-Error-Cause"] = cause;
  await answer(`${RUNTIME}/invocation/${requestId}/error`, JSON.stringify(body), headers, last);
}

// A result over the limit may be refused before it was sent whole; the platform
// has answered then, and this process may go on over another connection.
async function answer(path, body, headers = {}, last = false) {
  try {
    if (last) await connection.post(path, body, headers);
    else await connection.answer(path, body, headers);
  } catch (error) {
    if (!(error instanceof Closed)) throw error;
    process.stderr.write(`hearth: the answer was not taken whole: ${error.message}\n`);
  }
}

async function nextEvent() {
  const event = await connection.next(`${RUNTIME}/invocation/next`);
  if (event.status !== 200) throw new Error(`no event, the runtime api answered ${event.status}`);
  return event;
}

async function serveOne(handler, { headers, body }, answerPath) {
  const requestId = headers["lambda-runtime-aws-request-id"];
  current = requestId;
  setRequest(requestId, headers["lambda-runtime-aws-tenant-id"]);
  const trace = headers["lambda-runtime-trace-id"];
  if (trace === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = trace;

  connection.rest();
  const { result, error } = await run(handler, body, headers);
  if (ending) return new Promise(() => {});
  if (error === undefined) {
    current = null;
    await answer(answerPath ?? `${RUNTIME}/invocation/${requestId}/response`, result);
    return;
  }
  const document = errorBody(error.value);
  writeError("Invoke Error ", error.value, document);
  await answerError(requestId, document);
}

async function main() {
  const state = { initializing: true };
  openStreams();
  let handlerName = process.env._HANDLER ?? "";
  if (process.env.HEARTH_PARKED === "1") {
    const assignment = await waitForAssignment();
    handlerName = assignment.handler;
    become(assignment);
  }
  patchConsole();
  watchStrays(state);
  const root = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
  process.chdir(root);
  let handler;
  try {
    handler = await loadHandler(root, handlerName);
  } catch (error) {
    await failInit(error);
  }
  state.initializing = false;
  for (;;) await serveOne(handler, await nextEvent());
}

main().catch((error) => {
  // The supervisor closed this environment's port: there is no more work.
  if (error instanceof Closed) process.exit(0);
  process.stderr.write(`hearth: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
