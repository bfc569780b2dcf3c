import pg from 'pg';
import { READ_SETTINGS } from '../../src/database/pipelined-read-pool.js';
import { setSettings } from '../../src/database/session/session-settings.js';
import { serve } from '../support/children.js';
import { runLoops } from './loops.js';
import { callsOf, type SqlWork } from './sql-work.js';

/** Keeps any number of PostgreSQL connections busy: the ceilings, which are the bare driver and one statement. */

export type SqlLoadRequest =
  { kind: 'open'; url: string; loops: number; work: SqlWork } | { kind: 'run'; milliseconds: number };

let clients: pg.Client[] = [];
let call: (loop: number, client: pg.Client) => Promise<void>;

serve<SqlLoadRequest>(async (request) => {
  if (request.kind === 'run') {
    return runLoops(clients.length, request.milliseconds, async (loop) => {
      await call(loop, clients[loop]!);
      return true;
    });
  }
  clients = Array.from({ length: request.loops }, () => new pg.Client({ connectionString: request.url }));
  await Promise.all(clients.map((client) => client.connect()));
  // As the product's connections for reading have it.
  if (request.work.kind === 'search')
    await Promise.all(clients.map((client) => client.query(setSettings(READ_SETTINGS))));
  call = await callsOf(request.work, clients[0]!, clients.length);
  return;
});
