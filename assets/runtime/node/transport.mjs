// One keep-alive HTTP/1.1 connection to the Runtime API. Owns bytes on the
// socket and knows nothing of events or user code. Node's own client would do,
// but costs several times as much for each call.
//
// Where user code has left nothing for the event loop to do, the next event is
// waited for in a read of its own: a turn of the loop costs more than all else
// that this process does for a warm call. It looks without sleeping for a
// moment, since an event mostly follows at once and to be woken costs as much
// again. Where something is left, or the system offers no such read, the loop
// goes on and brings the event.

import { readSync, writeSync } from "node:fs";
import net from "node:net";
import os from "node:os";

const END = Buffer.from("\r\n\r\n");
const JOIN_LIMIT = 1 << 16;
const PIECE = 1 << 16;
// Milliseconds, longer than the way of an answer to its caller and of the next event back: else each event meets a
// process that has just gone to sleep. With one core it would take its turn from those whose event is waited for.
const AWAKE = (os.availableParallelism?.() ?? 1) > 1 ? 0.6 : 0;

/** The Runtime API closed the connection: there is nobody left to work for. */
export class Closed extends Error {}

export class Connection {
  #address;
  #socket = null;
  #chunks = [];
  #size = 0;
  #needed = 0;
  #waiting = null;
  #piece = null;
  // Whether the next event was asked for with the last answer.
  #asked = false;

  constructor(address) {
    const split = address.lastIndexOf(":");
    this.#address = { host: address.slice(0, split) || "127.0.0.1", port: Number(address.slice(split + 1)) };
  }

  post(path, body, headers = {}) {
    const [head, bytes] = message(path, body, headers);
    const socket = this.#open();
    if (bytes.length <= JOIN_LIMIT) {
      socket.write(Buffer.concat([head, bytes]));
    } else {
      socket.write(head);
      socket.write(bytes);
    }
    return this.#answer();
  }

  /** Waits for what comes next from `path`: a function, an event. */
  async next(path) {
    if (this.#asked) {
      this.#asked = false;
      const answer = await this.#soon();
      if (answer.status === 200) return answer;
      // The answer was not taken; what comes next is still to be asked for.
    }
    this.#write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: hearth\r\n\r\n`));
    return this.#soon();
  }

  /** Sends the answer to an event, to which what comes next is the answer. */
  async answer(path, body, headers = {}) {
    const [head, bytes] = message(path, body, { ...headers, "Hearth-Next": "1" });
    if (bytes.length > JOIN_LIMIT) {
      // It may be refused before it was sent whole.
      await this.post(path, bytes, headers);
    } else {
      this.#write(Buffer.concat([head, bytes]));
      this.#asked = true;
    }
  }

  /** Lets the event loop run empty until the next call, as user code expects. */
  rest() {
    this.#socket?.unref();
  }

  async #soon() {
    return (await this.#isIdle()) ? this.#answerAtOnce() : this.#answer();
  }

  #answer() {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, head: null };
      this.#needed = 0;
      if (this.#socket === null) return reject(new Closed("closed"));
      this.#socket.ref();
      this.#read();
    });
  }

  /** Whether user code has left nothing to do, once everything that was ready has run. */
  async #isIdle() {
    const handle = this.#socket?._handle;
    if (!(handle?.fd >= 0) || handle.setBlocking === undefined || this.#socket.writableLength > 0) return false;
    await new Promise(process.nextTick);
    this.#socket?.unref();
    return this.#socket?._handle === handle && process.getActiveResourcesInfo().length === 0;
  }

  /** The same as `#answer` without the event loop. */
  #answerAtOnce() {
    const handle = this.#socket._handle;
    let answer = null;
    this.#waiting = { resolve: (found) => (answer = found), reject: () => {}, head: null };
    this.#needed = 0;
    this.#read();
    const until = performance.now() + AWAKE;
    while (answer === null && performance.now() < until) this.#takeFrom(handle);
    if (answer !== null) return answer;
    handle.setBlocking(true);
    try {
      while (answer === null) this.#takeFrom(handle);
    } finally {
      handle.setBlocking(false);
    }
    return answer;
  }

  #takeFrom(handle) {
    this.#piece ??= Buffer.allocUnsafe(PIECE);
    let count;
    try {
      count = readSync(handle.fd, this.#piece, 0, PIECE);
    } catch (error) {
      if (error.code === "EAGAIN") return;
      throw new Closed(error.message);
    }
    if (count === 0) throw new Closed("closed");
    this.#take(Buffer.from(this.#piece.subarray(0, count)));
  }

  /** Writes without a turn of the event loop what the system takes at once. */
  #write(bytes) {
    const socket = this.#open();
    const fd = socket._handle?.fd;
    let written = 0;
    if (fd >= 0 && !socket.connecting && socket.writableLength === 0) {
      try {
        written = writeSync(fd, bytes);
      } catch {
        // It is full or broken; the stream finds out which.
        written = 0;
      }
    }
    if (written < bytes.length) socket.write(written === 0 ? bytes : bytes.subarray(written));
  }

  #open() {
    if (this.#socket !== null) return this.#socket;
    const socket = net.connect({ ...this.#address, noDelay: true });
    this.#socket = socket;
    socket.on("data", (data) => this.#take(data));
    const ended = (error) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#chunks = [];
      this.#size = 0;
      this.#waiting?.reject(new Closed(error instanceof Error ? error.message : "closed"));
    };
    socket.on("error", ended);
    socket.on("close", ended);
    return socket;
  }

  #take(data) {
    this.#chunks.push(data);
    this.#size += data.length;
    this.#read();
  }

  #read() {
    if (this.#waiting === null || this.#size === 0 || this.#size < this.#needed) return;
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    const waiting = this.#waiting;
    waiting.head ??= readHead(all);
    if (waiting.head === null) return;
    const answer = waiting.head.chunked ? readChunks(all, waiting.head) : readSized(all, waiting.head);
    if (answer === null) {
      this.#needed = waiting.head.chunked ? 0 : waiting.head.start + waiting.head.length;
      return;
    }
    const rest = all.subarray(answer.end);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    this.#waiting = null;
    if (waiting.head.headers.connection === "close") {
      this.#socket?.destroy();
      this.#socket = null;
    }
    waiting.resolve({ status: waiting.head.status, headers: waiting.head.headers, body: answer.body });
  }
}

function message(path, body, headers) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  let head = `POST ${path} HTTP/1.1\r\nHost: hearth\r\nContent-Type: application/json\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${headerValue(value)}\r\n`;
  return [Buffer.from(`${head}Content-Length: ${bytes.length}\r\n\r\n`), bytes];
}

function readHead(data) {
  const end = data.indexOf(END);
  if (end < 0) return null;
  const [first, ...lines] = data.toString("utf8", 0, end).split("\r\n");
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return {
    status: Number(first.split(" ", 2)[1]),
    headers,
    start: end + END.length,
    length: Number(headers["content-length"] ?? 0),
    chunked: (headers["transfer-encoding"] ?? "").includes("chunked"),
  };
}

function readSized(data, { start, length }) {
  const end = start + length;
  return data.length < end ? null : { body: data.toString("utf8", start, end), end };
}

function readChunks(data, { start }) {
  const parts = [];
  let at = start;
  for (;;) {
    const line = data.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = parseInt(data.toString("latin1", at, line), 16);
    const from = line + 2;
    if (data.length < from + size + 2) return null;
    if (size === 0) return { body: Buffer.concat(parts).toString("utf8"), end: from + 2 };
    parts.push(data.subarray(from, from + size));
    at = from + size + 2;
  }
}

function headerValue(value) {
  return String(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
