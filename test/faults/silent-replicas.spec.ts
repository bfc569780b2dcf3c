import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { DatabaseUrl } from '../../src/database/index.js';
import { Replica } from '../../src/database/replicas/replica.js';
import { waitFor } from '../support/processes.js';

const QUERY = { name: 'page', text: 'SELECT 1' };
const SOON = { timeoutMs: 3_000 };
/** Two queries for each read, of 500 that may be under way. */
const FULL = 250;

/** A message of PostgreSQL's protocol. */
function message(type: string, ...parts: (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const READY = message('Z', 'I');
const column = (name: string): (string | number[])[] => [
  `${name}\0`,
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0],
];
/** To the startup packet, to the settings, and to the question who it is. */
const ANSWERS = [
  [message('R', [0, 0, 0, 0]), READY],
  [message('C', 'SELECT 1\0'), READY],
  [
    ...[message('1'), message('2'), message('T', [0, 2], ...column('cluster'), ...column('database'))],
    ...[message('D', [0, 2], [0, 0, 0, 1], 'c', [0, 0, 0, 1], 'd'), message('C', 'SELECT 1\0'), READY],
  ],
].map((messages) => Buffer.concat(messages));

/** A PostgreSQL that stops to answer while its connections stay open. */
describe('a replica that says nothing after', () => {
  let server: Server;
  let replica: Replica;
  let open: Set<Socket>;
  let heard: string[];
  let answers: number;

  beforeEach(async () => {
    open = new Set();
    heard = [];
    server = createServer((socket) => {
      open.add(socket);
      const left = ANSWERS.slice(0, answers);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
      socket.on('data', (data) => {
        heard.push(data.toString('latin1'));
        const answer = left.shift();
        if (answer) socket.write(answer);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const primary = new DatabaseUrl('postgres://one@127.0.0.1:1/market?options=-c%20work_mem%3D8MB');
    const url = `postgres://two@127.0.0.1:${(server.address() as AddressInfo).port}/market`;
    const identity = { cluster: 'c', database: 'd' };
    replica = new Replica(
      primary.at(url),
      () => ({ epoch: null, timeline: null }),
      () => Promise.resolve(identity as never),
    );
  });
  afterEach(async () => {
    replica.close();
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const underWay = (): number => replica['pipelines']['underWay'];
  const isGivenUp = (): Promise<unknown> =>
    waitFor(() => open.size === 0 && underWay() === 0, { ...SOON, what: 'its connections to be given up' });

  it.each([
    ['the handshake', 1],
    ['the settings', 2],
    ['it has said who it is', 3],
  ])(
    '%s is given up with all that waits for it, and asked anew',
    async (_what, count) => {
      answers = count;
      const reads = Array.from({ length: FULL }, () => replica.read(QUERY, ''));
      expect(new Set(await Promise.all(reads))).toEqual(new Set(['failed']));
      await isGivenUp();
      expect(replica.obstacle).toBe('is out of reach');

      // Whether it is back can be found out.
      heard.length = 0;
      await replica.probe();
      expect(heard.length).toBeGreaterThanOrEqual(count);
      expect(replica.cause).toMatch(/no answer within|timeout/);
      await isGivenUp();
    },
    20_000,
  );

  it('a close is not waited for', async () => {
    answers = 3;
    const read = replica.read(QUERY, '');
    await waitFor(() => heard.some((text) => text.includes(QUERY.text)), { ...SOON, what: 'the query' });
    replica.close();
    expect(await read).toBe('failed');
    await isGivenUp();
  });

  it('is not left alone because too many requests wait here', async () => {
    answers = 3;
    replica.obstacle = undefined;
    const reads = Array.from({ length: FULL }, () => replica.read(QUERY, ''));
    await waitFor(() => underWay() === 2 * FULL, { ...SOON, what: 'as many as may be' });
    expect(await replica.read(QUERY, '')).toBe('failed');
    expect([replica.obstacle, replica.cause]).toEqual([undefined, '']);
    replica.close();
    await Promise.all(reads);
  });
});
