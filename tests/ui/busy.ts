/** A server in front of ministack that keeps AWS busy making a function, until a test lets it go. Must not know any screen. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Busy {
  url: string;
  /** From now on everything is as ministack says it. */
  letGo: () => void;
  /** Whether a function is being made or changed now, which somebody looked at. */
  isMade: () => boolean;
  /** The next function that is made or changed is still being made whenever somebody asks. */
  hold: () => void;
  stop: () => Promise<void>;
}

const CREATES = '/2015-03-31/functions';

export async function busyBefore(cloud: string): Promise<Busy> {
  let isArmed = false;
  let isBusy = false;
  let isSeen = false;
  const say = (answer: ServerResponse, status: number, body: object, type = '') => {
    answer.writeHead(status, { 'content-type': 'application/json', 'x-amzn-ErrorType': type });
    answer.end(JSON.stringify(body));
  };
  const handOn = (asked: IncomingMessage, answer: ServerResponse) => {
    const onward = request(
      new URL(asked.url ?? '/', cloud),
      { method: asked.method, headers: asked.headers },
      (said) => {
        answer.writeHead(said.statusCode ?? 502, said.headers);
        said.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  };
  const server = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', cloud);
    const isOne = pathname.startsWith(`${CREATES}/`);
    const changes = pathname.startsWith(CREATES) && (asked.method === 'POST' || asked.method === 'PUT');
    isBusy ||= isArmed && changes;
    if (isBusy && isOne && asked.method === 'GET' && pathname.endsWith('/configuration')) {
      isSeen = true;
      say(answer, 200, {
        FunctionName: pathname.split('/')[3],
        State: 'Pending',
        LastUpdateStatus: 'InProgress',
      });
    } else if (isBusy && isOne && asked.method === 'DELETE') {
      say(answer, 409, { Message: 'The function is currently Pending' }, 'ResourceConflictException');
    } else handOn(asked, answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    letGo: () => (isArmed = isBusy = isSeen = false),
    isMade: () => isSeen,
    hold: () => (isArmed = true),
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
