import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { LogHistory } from '../../src/events/log/log-history.js';
import { Clock, Metrics } from '../../src/infra/index.js';
import { LeaderElection } from '../../src/events/sequencer/leader-election.js';
import { DatabaseUrl } from '../../src/database/index.js';
import { TcpProxy } from '../support/cluster/tcp-proxy.js';
import { append, type Instance, sequenceAll, startTestLog, type TestLog } from '../support/event-log.js';
import { aNewEvent, contiguous, newEvents, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';

Logger.overrideLogger(false);

/** The leader's two sessions; that of the main connection first. */
const LEADER = `SELECT pid, objid FROM pg_locks JOIN pg_database d ON d.oid = database
                WHERE locktype = 'advisory' AND granted AND datname = current_database() ORDER BY objid`;
const SECOND_LOCK = 0x6d616e6473;

describe('leadership of the relay', () => {
  let log: TestLog;
  let a: Instance;
  let b: Instance;

  beforeEach(async () => {
    log = await startTestLog();
    [a, b] = [log.instance(), log.instance()];
    await append(log.client, [aNewEvent()]);
    expect(await sequenceAll(a)).toHaveLength(1);
  });
  afterEach(() => log.close());

  const leaders = async (): Promise<number[]> => {
    const { rows } = await log.client.query<{ pid: number }>(LEADER);
    return rows.map(({ pid }) => pid);
  };
  const terminateLeader = async (session = 0): Promise<void> => {
    await log.client.query('SELECT pg_terminate_backend($1, 5000)', [(await leaders())[session]]);
  };
  const takesOver = ({ leadership }: Pick<Instance, 'leadership'>, timeoutMs = 1_000) =>
    waitFor(() => leadership.acquire(), { timeoutMs, what: 'the other to lead' });

  it('belongs to one only, who keeps it', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(await b.sequencer.sequence()).toBeNull();
      expect(await a.sequencer.sequence()).toEqual([]);
    }
    expect([a.leadership.held, b.leadership.held]).toEqual([true, false]);
    expect(new Set(await leaders()).size).toBe(2);
  });

  it('is handed over at once when it is released, and can be had again', async () => {
    await a.leadership.release();
    expect(a.leadership.held).toBe(false);
    await takesOver(b);
    expect(await a.sequencer.sequence()).toBeNull();
    await b.leadership.release();
    await takesOver(a);
  });

  it('goes over when the leader dies, who then can sequence no more', async () => {
    await append(log.client, newEvents(3));
    await terminateLeader();
    await takesOver(b);
    await waitFor(() => !a.leadership.held, { timeoutMs: 1_000, what: 'the old leader to know' });
    expect(await a.sequencer.sequence()).toBeNull();
    expect(positionsOf(await sequenceAll(b))).toEqual([2, 3, 4]);
    expect([await a.sequencer.lastPosition(), await b.sequencer.lastPosition()]).toEqual([null, 4]);
  });

  it.each([0, 1])('is known to be lost when nothing is asked meanwhile (session %i)', async (session) => {
    await terminateLeader(session);
    await waitFor(() => !a.leadership.held, { timeoutMs: 1_000, what: 'the leader to know' });
    await waitFor(async () => (await leaders()).length === 0, { timeoutMs: 1_000, what: 'both sessions to end' });
    await takesOver(b);
  });

  it('can be had again when one session is lost while the other one connects', async () => {
    await a.leadership.release();
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = new URL(log.database.url);
    const port = Number(url.port);
    let connections = 0;
    const proxy = await TcpProxy.open(() => {
      connections += 1;
      return connections === 2 ? (silent.address() as AddressInfo).port : port;
    });
    url.port = String(proxy.port);
    const leadership = new LeaderElection(
      new DatabaseUrl(url.href),
      new LogHistory(log.log, log.sql, new Metrics(), new Clock()),
    );
    try {
      let failure: unknown;
      leadership.acquire().catch((error: unknown) => (failure = error));
      await waitFor(() => connections === 2, { what: 'the second session to connect' });
      await terminateLeader();
      await waitFor(() => failure, { timeoutMs: 1_000, what: 'it to be given up' });
      await takesOver({ leadership });
    } finally {
      await leadership.release();
      await proxy.close();
      silent.close();
    }
  });

  it('is not had by anybody while a former leader can still give positions on one connection', async () => {
    const former = await log.connect();
    await a.leadership.release();
    await former.query('SELECT pg_advisory_lock($1)', [SECOND_LOCK]);
    for (let time = 0; time < 3; time += 1) {
      expect(await b.sequencer.sequence()).toBeNull();
      expect(b.leadership.held).toBe(false);
      // Who came first goes on to wait, instead of letting another one in between.
      expect(await a.sequencer.sequence()).toBeNull();
    }
    const heldUntil = performance.now();
    await former.query('SELECT pg_advisory_unlock($1)', [SECOND_LOCK]);
    expect(await a.sequencer.sequence()).toBeNull();
    expect(await b.sequencer.sequence()).toEqual([]);
    // Until then that one may have vouched for caches.
    expect(b.leadership.heldSince).toBeGreaterThan(heldUntil);
    expect(a.leadership.heldSince).toBeUndefined();
  });

  it('gives no position twice when the leader dies in the middle of sequencing', async () => {
    const [seq] = await append(log.client, newEvents(3));
    const holder = await log.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM inventory_events WHERE seq = $1 FOR UPDATE', [seq]);
    const sequencing = a.sequencer.sequence().catch((error: unknown) => error);
    const [pid] = await leaders();
    await waitFor(
      async () => (await log.client.query('SELECT FROM pg_locks WHERE pid = $1 AND NOT granted', [pid])).rowCount,
      { what: 'the leader to wait for the row' },
    );
    await terminateLeader();
    expect(await sequencing).toBeInstanceOf(Error);
    await takesOver(b);
    await holder.query('ROLLBACK');
    await sequenceAll(b);
    expect(positionsOf(await log.log.read(0, 10))).toEqual(contiguous(0, 4));
  });

  it('is taken from a leader who falls silent, but not from one who speaks', async () => {
    const began = Date.now();
    const connections = a.leadership.current;
    await waitFor(
      async () => {
        await a.sequencer.sequence();
        await a.sequencer.maintain();
        expect(await b.leadership.acquire()).toBeNull();
        return Date.now() - began > 5_000;
      },
      { everyMs: 200, timeoutMs: 6_000, what: 'five seconds of a leader at work' },
    );
    expect(a.leadership.current).toBe(connections);
    // From here on the leader is as silent as a paused process.
    await takesOver(b, 6_000);
    await waitFor(() => !a.leadership.held, { timeoutMs: 1_000, what: 'the silent one to know' });
    expect(await sequenceAll(b)).toEqual([]);
  });

  it('throws while PostgreSQL can not be reached, and leads when it can', async () => {
    await a.leadership.release();
    const admin = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
    await admin.connect();
    const allow = (allowed: boolean) => admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS ${allowed}`);
    const name = new URL(log.database.url).pathname.slice(1);
    try {
      await allow(false);
      for (let time = 0; time < 2; time += 1) {
        await expect(a.leadership.acquire()).rejects.toThrow(/not currently accepting connections/);
        expect(a.leadership.held).toBe(false);
      }
    } finally {
      await allow(true);
      await admin.end();
    }
    await takesOver(a);
  });
});
