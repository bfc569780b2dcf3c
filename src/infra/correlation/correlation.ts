import { AsyncLocalStorage } from 'node:async_hooks';
import { v7 as uuid } from 'uuid';

const storage = new AsyncLocalStorage<string>();

/** Characters that are safe in headers, logs and the database alike. */
const ACCEPTED = /^[\w.:/+=@-]{1,128}$/;

/** The id that ties together a request, its log lines and the events it causes. */
export const correlation = {
  /** Runs `work` and everything asynchronous that it starts under `id`. */
  run: <Result>(id: string, work: () => Result): Result => storage.run(id, work),
  /** `undefined` outside of any request. */
  current: (): string | undefined => storage.getStore(),
  /** What the client sent if it is usable, else a new id. */
  accept: (sent: unknown): string => (typeof sent === 'string' && ACCEPTED.test(sent) ? sent : uuid()),
};
