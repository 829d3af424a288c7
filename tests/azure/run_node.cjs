'use strict';
// Runs a Node app on Microsoft's own `@azure/functions`, without the host that nobody may have here. The host's side of
// the library is a module that the host puts in the way of `require`, so this does the same.
// Lines of JSON come in and go out: first the functions that were registered, then an answer for each request.

const Module = require('node:module');
const path = require('node:path');
const readline = require('node:readline');
const { randomUUID } = require('node:crypto');

const [folder, libraries] = process.argv.slice(2);
const registered = new Map();
class Disposable {
  dispose() {}
}
const core = {
  version: '4.0.0',
  hostVersion: '4.0.0',
  Disposable,
  setProgrammingModel() {},
  getProgrammingModel() {},
  registerHook: () => new Disposable(),
  registerFunction(metadata, callback) {
    registered.set(metadata.name, { metadata, callback });
    return new Disposable();
  },
};
const load = Module._load;
Module._load = (name, ...rest) => (name === '@azure/functions-core' ? core : load(name, ...rest));
// What `npm install` does on Azure: the app finds the library.
process.env.NODE_PATH = path.join(libraries, 'node_modules');
Module._initPaths();

const print = process.stdout.write.bind(process.stdout);
console.log = console.error;

const main = require(path.join(folder, 'package.json')).main;
const { HttpRequest, InvocationContext } = require('@azure/functions');
require(path.join(folder, main));

const config = ({ metadata }) => ({ bindings: Object.values(metadata.bindings) });
const found = [...registered].map(([name, one]) => ({ name, config: config(one) }));
print(`${JSON.stringify({ functions: found })}\n`);

async function answer(asked) {
  const { metadata, callback } = registered.get(asked.function);
  const query = new URLSearchParams(asked.params).toString();
  const request = new HttpRequest({
    method: asked.method,
    url: query ? `${asked.url}?${query}` : asked.url,
    headers: asked.headers,
    params: asked.route,
    query: asked.params,
    body: asked.body ? { bytes: Buffer.from(asked.body, 'hex') } : undefined,
  });
  const context = new InvocationContext({
    invocationId: randomUUID(),
    functionName: metadata.name,
    logHandler: (level, ...args) => console.error(level, ...args),
  });
  const told = await callback(request, context);
  const body = Buffer.isBuffer(told.body) ? told.body : Buffer.from(told.body ?? '');
  return { status: told.status ?? 200, headers: told.headers ?? {}, body: body.toString('hex') };
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  print(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
});
