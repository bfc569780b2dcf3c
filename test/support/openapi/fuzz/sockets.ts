import fc from 'fast-check';
import { io, type Socket } from 'socket.io-client';
import { SUBSCRIBE, UNSUBSCRIBE } from '../../../../src/contracts/index.js';
import { BURST } from '../../../../src/realtime/limits/request-limit.js';
import type { TestApp } from '../../app.js';
import { hostileText, hostileValue } from './hostile.js';

interface Message {
  name: string;
  payload: unknown[];
}

/** At once. */
const SOCKETS = 6;
const DEADLINE = 10_000;
/** Not errors of HTTP, and so not in the tables of docs/errors.md. */
const OTHER_CODES = ['slow_consumer', 'too_many_connections'];

const room = fc.oneof(
  fc.constantFrom<object>(
    { type: 'general' },
    { type: 'vendor', vendorId: 'vnd_1' },
    { type: 'category', category: 'spices' },
  ),
  fc.record({ type: hostileValue, vendorId: hostileValue, category: hostileValue }, { requiredKeys: [] }),
  fc.record(
    { type: fc.constantFrom('vendor', 'category'), vendorId: hostileValue, category: hostileText },
    { requiredKeys: ['type'] },
  ),
);
const since = fc.oneof(fc.record({ epoch: hostileValue, position: hostileValue }, { requiredKeys: [] }), hostileValue);
const payload = fc.oneof(
  { weight: 4, arbitrary: room },
  { weight: 2, arbitrary: fc.tuple(room, since).map(([one, from]) => ({ ...one, since: from })) },
  { weight: 1, arbitrary: hostileValue },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
);
const message: fc.Arbitrary<Message> = fc.record({
  name: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(SUBSCRIBE, UNSUBSCRIBE) },
    // Names of the client's own events can't be sent at all.
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '__proto__', 'toString', 'inventory_notification', 'exception', 'x'.repeat(500)),
    },
  ),
  payload: fc.oneof(
    { weight: 9, arbitrary: payload.map((one) => [one]) },
    { weight: 1, arbitrary: fc.array(payload, { maxLength: 3 }) },
  ),
});

/**
 * Sends messages over a handful of sockets; returns what was answered wrongly, or not at all though the socket lived.
 */
export async function bombard(
  app: TestApp,
  { count, seed, codes }: { count: number; seed: number; codes: ReadonlySet<string> },
): Promise<unknown[]> {
  const faults: unknown[] = [];
  const run = async (messages: readonly Message[]): Promise<void> => {
    const socket = io(`${app.url}/inventory`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 10 });
    socket.on('exception', (answer: unknown) => {
      if (!isAnswer(answer, codes)) faults.push({ answer });
    });
    try {
      for (const one of messages) {
        const fault = await faultOf(socket, one, codes);
        if (fault !== undefined) faults.push({ message: one, fault });
      }
    } finally {
      socket.disconnect();
    }
  };
  const worker = async (index: number): Promise<void> => {
    const messages = fc.sample(message, { numRuns: Math.ceil(count / SOCKETS), seed: seed + index });
    for (let at = 0; at < messages.length; at += BURST) await run(messages.slice(at, at + BURST));
  };
  await Promise.all(Array.from({ length: SOCKETS }, (_, index) => worker(index)));
  return faults;
}

async function faultOf(socket: Socket, { name, payload }: Message, codes: ReadonlySet<string>): Promise<unknown> {
  if (!socket.connected) await connected(socket);
  // Nobody answers a message without a meaning; that the next one is answered shows that it did no harm.
  if (name !== SUBSCRIBE && name !== UNSUBSCRIBE) return void socket.emit(name, ...payload);
  const answer = await answerTo(socket, name, payload);
  return answer === 'ended' || isAnswer(answer, codes) ? undefined : { answer };
}

/** The acknowledgement, or that the server has ended the connection instead. */
function answerTo(socket: Socket, name: string, payload: unknown[]): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`no answer within ${DEADLINE} ms`), DEADLINE);
    const settle = (answer: unknown): void => {
      clearTimeout(timer);
      socket.off('disconnect', ended);
      resolve(answer);
    };
    const ended = (): void => settle('ended');
    socket.once('disconnect', ended);
    socket.emit(name, ...payload, settle);
  });
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('not connected again')), DEADLINE);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.connect();
  });
}

function isAnswer(answer: unknown, codes: ReadonlySet<string>): boolean {
  const { status, code, room: joined } = (answer ?? {}) as Record<string, unknown>;
  if (status === 'error')
    return (codes.has(String(code)) && code !== 'internal_error') || OTHER_CODES.includes(String(code));
  return typeof joined === 'string';
}
