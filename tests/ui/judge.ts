/** Other people's programs as judges of what Hearth does: where they are, a free port, and that they answer. */
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

/** How long one may take to start: it is a whole Python on a busy machine. */
export const STARTS_MS = 60_000;

/** The program that a variable names; null when it is not there, with a line for whoever reads the test's output. */
export function judge(variable: string, skipped: string): string | null {
  const path = process.env[variable];
  try {
    if (path === undefined) throw new Error(`${variable} is not set`);
    accessSync(path, constants.X_OK);
    return path;
  } catch (error) {
    console.warn(
      `SKIPPED: ${skipped} (${String(error)}). Run tests/tools/judges.sh and \`source tests/tools/judges.env\`.`,
    );
    return null;
  }
}

export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** Waits until a program answers at an address as it should; throws when it ends before that, or is too late. */
export async function answers(
  child: ChildProcess,
  who: string,
  url: string,
  isRight: (answer: Response) => boolean = () => true,
): Promise<void> {
  const until = Date.now() + STARTS_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`${who} ended by itself with ${child.exitCode}`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer !== null && isRight(answer)) return;
    await new Promise((done) => setTimeout(done, 150));
  }
  throw new Error(`${who} did not answer within ${STARTS_MS / 1000} s`);
}
