'use strict';
// Hearth's adapter: answers on Azure Functions with a handler that was written for AWS Lambda.
//
// `hearth.json` beside this file names the handler. A request with the header `hearth-event` has the event itself as
// its body, as when Lambda is invoked, and is told how long the handler took and whether the server was new. Any other
// request becomes the event of a function URL (payload version 2.0).

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { app } = require('@azure/functions');

const about = JSON.parse(fs.readFileSync(path.join(__dirname, 'hearth.json'), 'utf8'));
const dot = about.handler.lastIndexOf('.');

// Loaded when the server starts, as on Lambda; a failure is told by each call, since Azure would only say that there is
// no function.
const loading = load().then(
  (handler) => ({ handler }),
  (error) => ({ broken: failure(error, 'Runtime.ImportModuleError') }),
);

async function load() {
  const base = path.join(__dirname, about.handler.slice(0, dot));
  const file = ['.mjs', '.cjs', '.js'].map((ending) => base + ending).find((file) => fs.existsSync(file));
  if (file === undefined) throw new Error(`Cannot find module '${about.handler.slice(0, dot)}'`);
  const module = await import(pathToFileURL(file).href);
  const name = about.handler.slice(dot + 1);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== 'function') throw new Error(`${about.handler} is not a function`);
  return handler;
}

function failure(error, kind) {
  const known = error instanceof Error;
  return {
    errorType: kind ?? (known ? error.name : typeof error),
    errorMessage: known ? error.message : String(error),
    trace: known ? String(error.stack).split('\n') : [],
  };
}

/** Runs a handler in any of its forms: async, with a callback, or with `context.done`. */
function run(handler, event, requestId) {
  const end = Date.now() + about.timeout_s * 1000;
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    const context = {
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      functionName: about.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: `azure:${about.name}`,
      logGroupName: `/azure/${about.name}`,
      logStreamName: '',
      memoryLimitInMB: String(about.memory_mb),
      getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
      done,
      succeed: (result) => resolve(result),
      fail: (error) => reject(error),
    };
    const result = handler(event, context, done);
    if (result !== undefined && typeof result?.then === 'function') result.then(resolve, reject);
    else if (handler.length < 3 && result !== undefined) resolve(result);
  });
}

/** The event of a function URL. */
function webEvent(request, requestId, bytes) {
  const headers = Object.fromEntries(request.headers.entries());
  // Azure's key is not the function's business.
  delete headers['x-functions-key'];
  const query = Object.fromEntries([...request.query.entries()].filter(([name]) => name !== 'code'));
  const rawPath = `/${request.params.path ?? ''}`;
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: new URLSearchParams(query).toString(),
    headers,
    requestContext: {
      http: { method: request.method, path: rawPath, protocol: 'HTTP/1.1' },
      requestId,
      stage: '$default',
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  };
  if (Object.keys(query).length > 0) event.queryStringParameters = query;
  if (bytes.length > 0) {
    const text = bytes.toString('utf8');
    event.isBase64Encoded = !Buffer.from(text, 'utf8').equals(bytes);
    event.body = event.isBase64Encoded ? bytes.toString('base64') : text;
  }
  return event;
}

function answer(body, status, requestId, headers = {}) {
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const type = hasType ? {} : { 'content-type': 'application/json' };
  return { status, body, headers: { ...type, ...headers, 'hearth-request-id': requestId } };
}

/** What a function URL makes of a result. */
function webAnswer(result, requestId) {
  if (result === null || typeof result !== 'object' || result.statusCode === undefined) {
    return answer(JSON.stringify(result ?? null), 200, requestId);
  }
  const given = result.body ?? '';
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const body = result.isBase64Encoded ? Buffer.from(text, 'base64') : text;
  return answer(body, Number(result.statusCode), requestId, result.headers);
}

let isNew = true;

async function handle(request, context) {
  const requestId = context.invocationId;
  const failed = (told) =>
    answer(JSON.stringify(told), 500, requestId, { 'hearth-function-error': 'Unhandled' });
  const { handler, broken } = await loading;
  if (broken) return failed(broken);
  const isEvent = request.headers.get('hearth-event') !== null;
  const isFirst = isNew;
  isNew = false;
  try {
    const bytes = Buffer.from(await request.arrayBuffer());
    const event = isEvent ? JSON.parse(bytes.toString('utf8') || 'null') : webEvent(request, requestId, bytes);
    const begun = performance.now();
    const result = await run(handler, event, requestId);
    const tookUs = Math.floor((performance.now() - begun) * 1000);
    if (!isEvent) return webAnswer(result, requestId);
    const told = { 'hearth-handler-us': String(tookUs), 'hearth-first-call': isFirst ? '1' : '0' };
    return answer(JSON.stringify(result ?? null), 200, requestId, told);
  } catch (error) {
    context.error(error);
    // Over the web a stack is nobody's business.
    return failed(isEvent ? failure(error) : { message: 'Internal Server Error' });
  }
}

app.http('handler', {
  authLevel: 'function',
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  route: `${about.name}/{*path}`,
  handler: handle,
});
