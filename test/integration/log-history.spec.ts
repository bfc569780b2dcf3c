import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { InventoryEvent, LogCursor } from '../../src/contracts/index.js';
import { type Ask, LogHistory } from '../../src/events/log/log-history.js';
import { Metrics } from '../../src/infra/index.js';
import { StoppedClock } from '../support/bridge.js';
import { type Instance, startTestLog, type TestLog } from '../support/event-log.js';
import { newEvents } from '../support/events.js';

Logger.overrideLogger(false);

describe('looks at whether the log went back', () => {
  let log: TestLog;
  let instance: Instance;
  let history: LogHistory;
  let began: LogCursor[];

  const record = async (count: number): Promise<void> => {
    for (const event of await log.record(instance, newEvents(count))) history.reached(event);
  };
  const forgetAfter = (position: number): Promise<unknown> =>
    log.client.query('DELETE FROM inventory_events WHERE position > $1', [position]);
  const ask: Ask = async ({ text }, values) => (await log.client.query(text, values)).rows as never;

  beforeEach(async () => {
    log = await startTestLog();
    instance = log.instance();
    began = [];
    history = new LogHistory(log.log, log.sql, new Metrics(), new StoppedClock());
    history.onNewEpoch((cursor) => began.push(cursor));
    await record(3);
    await history.look();
  });
  afterEach(() => log.close());

  it('find nothing while every event is where it was', async () => {
    await record(2);
    history.doubt();
    await history.lookAsLeader(ask);
    expect(began).toEqual([]);
  });

  it('find that the newest event is gone before this instance leads', async () => {
    await forgetAfter(2);
    await history.lookAsLeader(ask);
    expect(began).toMatchObject([{ position: 2 }]);
  });

  it('find that what came after the doubts is gone, though what was known at their time is there', async () => {
    history.doubt();
    await record(2);
    await forgetAfter(3);
    await history.lookAsLeader(ask);
    expect(began).toMatchObject([{ position: 3, epoch: log.log.epoch }]);
  });

  it('find that what was known at the time of the doubts is gone, though newer events are there', async () => {
    history.doubt();
    await forgetAfter(0);
    const others: InventoryEvent[] = await log.record(instance, newEvents(4));
    history.reached(others.at(-1)!);
    await history.lookAsLeader(ask);
    expect(began).toMatchObject([{ epoch: log.log.epoch }]);
  });
});
