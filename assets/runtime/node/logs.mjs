// The console and the log form of an error. Writes are synchronous, so that
// every line is in the pipe before the answer leaves.

import fs from "node:fs";
import { format } from "node:util";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const METHODS = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };

let requestId;
let tenantId;

export function setRequest(id, tenant) {
  requestId = id;
  tenantId = tenant;
}

/** Makes the standard streams synchronous. Making them at all takes a while, so a parked process does it early. */
export function openStreams() {
  for (const [stream, descriptor] of [[process.stdout, 1], [process.stderr, 2]]) {
    // Nothing is ever written through them, so they are no work that the event loop still has.
    stream._handle?.unref?.();
    stream.write = (chunk, encoding, done) => {
      const callback = typeof encoding === "function" ? encoding : done;
      writeAll(descriptor, typeof chunk === "string" ? Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8") : chunk);
      callback?.();
      return true;
    };
  }
}

/** Gives the console AWS's line format; called once the environment is known. */
export function patchConsole() {
  const json = isJson();
  const threshold = Math.max(0, LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? "").toUpperCase()));
  for (const [method, level] of Object.entries(METHODS)) {
    const silent = LEVELS.indexOf(level) < threshold;
    const write = json ? writeJson : writeText;
    console[method] = silent ? () => {} : (...values) => write(level, values);
  }
}

function isJson() {
  return (process.env.AWS_LAMBDA_LOG_FORMAT ?? "").toUpperCase() === "JSON";
}

function writeText(level, values) {
  const text = format(...values);
  writeAll(1, Buffer.from(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`));
}

function writeJson(level, values) {
  const fields = { timestamp: new Date().toISOString(), level, requestId };
  if (tenantId !== undefined) fields.tenantId = tenantId;
  fields.message = values.length === 1 && typeof values[0] === "object" ? values[0] : format(...values);
  for (const value of values) {
    if (value instanceof Error) {
      Object.assign(fields, { errorType: value.name, errorMessage: value.message, stackTrace: String(value.stack).split("\n") });
      if (values.length === 1) fields.message = value.message;
      break;
    }
  }
  let text;
  try {
    text = JSON.stringify(fields);
  } catch {
    text = JSON.stringify({ ...fields, message: format(...values) });
  }
  writeAll(1, Buffer.from(`${text}\n`));
}

/** Logs an error body in AWS's words: a label, then the document on one line. */
export function writeError(label, error, body) {
  const document = { errorType: body.errorType, errorMessage: body.errorMessage };
  if (error instanceof Error) {
    for (const [name, value] of Object.entries(error)) {
      if (!(name in document) && name !== "name") document[name] = value instanceof Error ? { errorType: value.name, errorMessage: value.message } : value;
    }
  }
  document.stack = body.trace;
  let text;
  try {
    text = JSON.stringify(document);
  } catch {
    text = JSON.stringify({ errorType: body.errorType, errorMessage: body.errorMessage, stack: body.trace });
  }
  if (isJson()) writeJson("ERROR", [JSON.parse(text)]);
  else writeText("ERROR", [`${label}\t${text}`]);
}

// A full pipe answers EAGAIN when the other end made it non-blocking; the
// writer waits then, as a blocking write would.
const pause = new Int32Array(new SharedArrayBuffer(4));

function writeAll(descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
