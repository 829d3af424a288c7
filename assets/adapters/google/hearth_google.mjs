// Lets Google call a handler that was written for AWS Lambda. Hearth added this file; the rest of the folder is yours.
//
// A POST of JSON to / is an event. Any other request is turned into the event that a Lambda function URL gives. A call
// that Hearth itself makes says so, and is told how long the handler took and whether the server was new.

import { randomUUID } from 'node:crypto';

const FILE = './HEARTH_MODULE';
const HANDLER = 'HEARTH_HANDLER';
const MEMORY_MB = 'HEARTH_MEMORY_MB';
const TIMEOUT_S = 'HEARTH_TIMEOUT_S';

const loaded = await import(FILE);
const handler = loaded[HANDLER] ?? loaded.default?.[HANDLER];
if (typeof handler !== 'function') {
  throw new Error(`${FILE} exports no function ${HANDLER}`);
}

let isNew = true;

/** What a handler may ask about its call. */
function contextOf(req) {
  const trace = (req.get('x-cloud-trace-context') ?? '').split('/')[0];
  const name = process.env.K_SERVICE ?? FILE;
  const end = Date.now() + Number(TIMEOUT_S) * 1000;
  return {
    awsRequestId: trace || randomUUID(),
    functionName: name,
    functionVersion: process.env.K_REVISION ?? '$LATEST',
    invokedFunctionArn: name,
    memoryLimitInMB: MEMORY_MB,
    logGroupName: '',
    logStreamName: '',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  };
}

/** The event, and whether it is a web request. */
function eventOf(req) {
  const raw = req.rawBody ?? Buffer.alloc(0);
  if (req.method === 'POST' && req.path === '/' && req.is('json')) {
    try {
      return [JSON.parse(raw.length > 0 ? raw.toString() : 'null'), false];
    } catch {
      // Not JSON after all: a web request like any other.
    }
  }
  const url = new URL(req.originalUrl, 'http://localhost');
  const text = raw.toString();
  const isText = Buffer.from(text).equals(raw);
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: req.path,
    rawQueryString: url.search.slice(1),
    headers: { ...req.headers },
    queryStringParameters: Object.fromEntries(
      [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(',')]),
    ),
    requestContext: { http: { method: req.method, path: req.path, sourceIp: req.ip ?? '' } },
    body: isText ? text : raw.toString('base64'),
    isBase64Encoded: !isText,
  };
  return [event, true];
}

/** Calls it in any of the ways that Lambda knows. */
function run(event, context) {
  if (handler.length < 3) {
    return handler(event, context);
  }
  return new Promise((resolve, reject) => {
    const back = (error, answer) => (error ? reject(error) : resolve(answer));
    const answer = handler(event, context, back);
    if (typeof answer?.then === 'function') {
      answer.then(resolve, reject);
    }
  });
}

/** What Google calls. */
export async function hearth(req, res) {
  const [event, isWeb] = eventOf(req);
  const isFirst = isNew;
  isNew = false;
  const begun = performance.now();
  try {
    const answer = await run(event, contextOf(req));
    const tookUs = Math.floor((performance.now() - begun) * 1000);
    if (isWeb && answer?.statusCode !== undefined) {
      const { body = '', headers = {}, isBase64Encoded = false, statusCode } = answer;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      res.status(Number(statusCode)).set(headers).send(isBase64Encoded ? Buffer.from(text, 'base64') : text);
      return;
    }
    if (req.get('hearth-event') !== undefined) {
      res.set({ 'Hearth-Handler-Us': String(tookUs), 'Hearth-First-Call': isFirst ? '1' : '0' });
    }
    res.status(200).type('json').send(JSON.stringify(answer ?? null));
  } catch (error) {
    console.error(error);
    const failure = {
      errorType: error?.name ?? 'Error',
      errorMessage: error?.message ?? String(error),
      trace: String(error?.stack ?? '').split('\n'),
    };
    res.status(500).type('json').set('Hearth-Function-Error', 'Unhandled').send(JSON.stringify(failure));
  }
}
