// What a QuickJS function finds around it, and how it is called.
//
// The engine alone has no console, timers or process. This file adds the small
// part of Node that Lambda functions use, in Node's words; what is missing says
// so by name. It is evaluated once for each process and given `native`, the few
// things that only Rust can do.
(function (native) {
  "use strict";
  const environment = {};
  let requestId;
  let handler;
  let outcome;
  let whenIdle;
  let json = false;

  // --- errors ---------------------------------------------------------------
  class Fault extends Error {
    constructor(kind, message) {
      super(message);
      this.name = kind;
    }
  }

  function describe(error) {
    if (typeof error !== "object" || error === null || !("message" in error)) {
      return { errorType: error === null ? "object" : typeof error, errorMessage: String(error), trace: [] };
    }
    const type = String(error.name ?? "Error");
    const message = String(error.message ?? "");
    const frames = String(error.stack ?? "").split("\n").filter((line) => line.trim() !== "" && !line.includes("<hearth>"));
    return { errorType: type, errorMessage: message, trace: [message ? `${type}: ${message}` : type, ...frames] };
  }

  function report(label, error) {
    const body = describe(error);
    const { trace, ...rest } = body;
    write("ERROR", [`${label} \t${JSON.stringify({ ...rest, stack: trace })}`]);
    return [body.errorType, JSON.stringify(body)];
  }

  // --- console --------------------------------------------------------------
  const PLAIN = /^[A-Za-z_$][\w$]*$/;

  function quote(text) {
    const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : "`";
    return mark + text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n") + mark;
  }

  function show(value, depth, seen) {
    if (typeof value === "string") return quote(value);
    if (typeof value === "bigint") return `${value}n`;
    if (Object.is(value, -0)) return "-0";
    if (typeof value === "function") return `[Function${value.name ? `: ${value.name}` : " (anonymous)"}]`;
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return showError(value);
    if (value instanceof Date) return isNaN(value) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (seen.includes(value)) return "[Circular *1]";
    const kind = value.constructor?.name;
    if (depth > 2) return Array.isArray(value) ? "[Array]" : `[${kind ?? "Object"}]`;
    const inner = [...seen, value];
    const item = (other) => show(other, depth + 1, inner);
    if (Array.isArray(value)) return bracket("[", value.map(item), "]", "");
    if (value instanceof Map) return bracket("{", [...value].map(([k, v]) => `${item(k)} => ${item(v)}`), "}", `Map(${value.size}) `);
    if (value instanceof Set) return bracket("{", [...value].map(item), "}", `Set(${value.size}) `);
    if (value instanceof Promise) return "Promise {}";
    if (ArrayBuffer.isView(value) && value.length !== undefined) return bracket("[", [...value].map(item), "]", `${kind}(${value.length}) `);
    const fields = Object.keys(value).map((key) => `${PLAIN.test(key) ? key : quote(key)}: ${item(value[key])}`);
    const prefix = kind === undefined ? "[Object: null prototype] " : kind === "Object" ? "" : `${kind} `;
    return bracket("{", fields, "}", prefix);
  }

  function showError(error) {
    const { trace } = describe(error);
    return trace.join("\n");
  }

  function bracket(open, items, close, prefix) {
    if (items.length === 0) return `${prefix}${open}${close}`;
    const more = items.length > 100 ? [...items.slice(0, 100), `... ${items.length - 100} more items`] : items;
    const line = `${prefix}${open} ${more.join(", ")} ${close}`;
    if (line.length <= 76 && !line.includes("\n")) return line;
    return `${prefix}${open}\n  ${more.map((text) => text.replace(/\n/g, "\n  ")).join(",\n  ")}\n${close}`;
  }

  function format(values) {
    let rest = values;
    let text = "";
    if (typeof values[0] === "string" && values.length > 1) {
      rest = values.slice(1);
      text = values[0].replace(/%([sdifjoOc%])/g, (whole, letter) => {
        if (letter === "%") return "%";
        if (rest.length === 0) return whole;
        const value = rest.shift();
        if (letter === "s") return typeof value === "string" ? value : show(value, 0, []);
        if (letter === "d") return String(Number(value));
        if (letter === "i") return String(parseInt(value, 10));
        if (letter === "f") return String(parseFloat(value));
        if (letter === "j") return JSON.stringify(value);
        return letter === "c" ? "" : show(value, 0, []);
      });
      if (rest.length === 0) return text;
      text += " ";
    }
    return text + rest.map((value) => (typeof value === "string" ? value : show(value, 0, []))).join(" ");
  }

  const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

  function write(level, values) {
    const threshold = LEVELS.indexOf((environment.AWS_LAMBDA_LOG_LEVEL ?? "").toUpperCase());
    if (LEVELS.indexOf(level) < threshold) return;
    const timestamp = new Date().toISOString();
    if (!json) {
      native.write(`${timestamp}\t${requestId}\t${level}\t${format(values)}\n`);
      return;
    }
    const message = values.length === 1 && typeof values[0] === "object" ? values[0] : format(values);
    let line;
    try {
      line = JSON.stringify({ timestamp, level, requestId, message });
    } catch {
      line = JSON.stringify({ timestamp, level, requestId, message: format(values) });
    }
    native.write(`${line}\n`);
  }

  const console = {};
  for (const [method, level] of Object.entries({
    trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL",
  })) {
    console[method] = (...values) => write(level, values);
  }

  // --- timers ---------------------------------------------------------------
  const timers = new Map();
  let lastTimer = 0;

  function addTimer(callback, delay, values, every) {
    if (typeof callback !== "function") throw new TypeError("The timer's callback is not a function");
    const id = ++lastTimer;
    const wait = Math.max(1, Number(delay) || 0);
    timers.set(id, { id, at: native.now() + wait, callback, values, every: every ? wait : 0 });
    return id;
  }

  // Milliseconds until the next timer, or a negative number when there is none.
  function nextTimer() {
    let next = Infinity;
    for (const timer of timers.values()) next = Math.min(next, timer.at);
    return next === Infinity ? -1 : Math.max(0, next - native.now());
  }

  // Runs one timer that is due; the caller runs the jobs it made before the next.
  function runTimer() {
    const now = native.now();
    let first;
    for (const timer of timers.values()) {
      if (timer.at <= now && (first === undefined || timer.at < first.at)) first = timer;
    }
    if (first === undefined) return false;
    if (first.every) first.at = now + first.every;
    else timers.delete(first.id);
    first.callback(...first.values);
    return true;
  }

  // --- text -----------------------------------------------------------------
  class TextEncoder {
    get encoding() {
      return "utf-8";
    }
    encode(text = "") {
      return new Uint8Array(native.encode(String(text)));
    }
  }

  class TextDecoder {
    constructor(label = "utf-8") {
      if (!/^utf-?8$/i.test(label)) throw new RangeError(`quickjs decodes only utf-8, not \`${label}\``);
    }
    get encoding() {
      return "utf-8";
    }
    decode(bytes) {
      if (bytes === undefined) return "";
      const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
      return native.decode(Array.from(view));
    }
  }

  // --- globals --------------------------------------------------------------
  const crypto = {
    getRandomValues(array) {
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(native.random(array.byteLength));
      return array;
    },
    randomUUID() {
      const bytes = Array.from(native.random(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    },
  };

  const loaded = new Map();

  function requireFrom(base) {
    return (name) => {
      const file = native.resolve(base, String(name));
      if (file === null || file === undefined) throw new Error(native.absent(String(name)));
      if (loaded.has(file)) return loaded.get(file).exports;
      const module = { exports: {} };
      loaded.set(file, module);
      const source = native.read(file);
      if (file.endsWith(".json")) {
        module.exports = JSON.parse(source);
      } else {
        const wrapped = native.evaluate(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, file);
        wrapped.call(module.exports, module.exports, requireFrom(file), module, file, file.replace(/\/[^/]*$/, ""));
      }
      return module.exports;
    };
  }

  Object.assign(globalThis, {
    console,
    crypto,
    TextEncoder,
    TextDecoder,
    global: globalThis,
    setTimeout: (callback, delay, ...values) => addTimer(callback, delay, values, false),
    setInterval: (callback, delay, ...values) => addTimer(callback, delay, values, true),
    setImmediate: (callback, ...values) => addTimer(callback, 0, values, false),
    clearTimeout: (id) => void timers.delete(id),
    clearInterval: (id) => void timers.delete(id),
    clearImmediate: (id) => void timers.delete(id),
    queueMicrotask: (callback) => void Promise.resolve().then(callback),
    performance: { now: () => native.now(), timeOrigin: Date.now() },
    structuredClone: (value) => JSON.parse(JSON.stringify(value)),
    fetch: async () => {
      throw new Error("quickjs has no `fetch`; use nodejs or python");
    },
    process: {
      env: environment,
      argv: ["quickjs"],
      platform: native.platform,
      version: "",
      versions: {},
      cwd: () => environment.LAMBDA_TASK_ROOT ?? "/",
      exit: (code) => native.exit(Number(code) || 0),
      hrtime: { bigint: () => BigInt(Math.round(native.now() * 1e6)) },
      nextTick: (callback, ...values) => void Promise.resolve().then(() => callback(...values)),
      on: () => globalThis.process,
      stdout: { write: (text) => (native.write(String(text)), true) },
      stderr: { write: (text) => (native.write(String(text)), true) },
    },
  });

  // --- the call -------------------------------------------------------------
  function makeContext(headers, waits, finish) {
    const parse = (text) => (text ? JSON.parse(text) : undefined);
    const deadline = Number(headers["lambda-runtime-deadline-ms"] ?? 0);
    return {
      get callbackWaitsForEmptyEventLoop() {
        return waits.value;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits.value = Boolean(value);
      },
      functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: parse(headers["lambda-runtime-client-context"]),
      identity: parse(headers["lambda-runtime-cognito-identity"]),
      invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => deadline - Date.now(),
      succeed: (value) => finish(null, value),
      fail: (error) => finish(error ?? new Error("handled"), undefined),
      done: finish,
    };
  }

  function succeed(value) {
    try {
      outcome ??= ["", JSON.stringify(value === undefined ? null : value) ?? "null"];
    } catch (error) {
      fail(new Fault("Runtime.MarshalError", `Unable to stringify response body: ${error.message}`));
    }
  }

  function fail(error) {
    outcome ??= report("Invoke Error", error);
  }

  return {
    become(variables, root) {
      for (const name of Object.keys(environment)) delete environment[name];
      Object.assign(environment, variables);
      json = (environment.AWS_LAMBDA_LOG_FORMAT ?? "").toUpperCase() === "JSON";
      requestId = undefined;
      globalThis.module = { exports: {} };
      globalThis.exports = globalThis.module.exports;
      globalThis.require = requireFrom(`${root}/index.js`);
    },
    choose(namespace, name, path) {
      const pick = (object) => path.reduce((nested, key) => nested?.[key], object);
      handler = pick(namespace) ?? pick(namespace?.default) ?? pick(globalThis.module.exports);
      if (handler === undefined || handler === null) {
        throw new Fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
      }
      if (typeof handler !== "function") throw new Fault("Runtime.HandlerNotFound", `${name} is not a function`);
    },
    start(event, headers) {
      requestId = headers["lambda-runtime-aws-request-id"];
      environment._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
      outcome = undefined;
      whenIdle = () => succeed(null);
      const waits = { value: true };
      const finish = (error, value) => {
        const settle = () => (error === null || error === undefined ? succeed(value) : fail(error));
        if (waits.value) whenIdle = settle;
        else settle();
      };
      try {
        const returned = handler(JSON.parse(event), makeContext(headers, waits, finish), finish);
        if (typeof returned?.then === "function") returned.then(succeed, fail);
      } catch (error) {
        fail(error);
      }
    },
    rehearse() {
      handler = async (event, context) => ({ rehearsed: event, left: context.getRemainingTimeInMillis() });
    },
    outcome: () => outcome,
    idle: () => whenIdle(),
    nextTimer,
    runTimer,
    report,
    fault: (kind, message) => new Fault(kind, message),
    rename: (error, kind) => {
      const renamed = new Fault(kind, `${error?.name ?? "Error"}: ${error?.message ?? String(error)}`);
      renamed.stack = error?.stack ?? "";
      return renamed;
    },
  };
})
