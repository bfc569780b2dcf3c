import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type pg from 'pg';
import type { NewInventoryEvent } from '../../src/contracts/index.js';
import { append, type Instance, sequenceAll, startTestLog, type TestLog } from '../support/event-log.js';
import { aNewEvent, aPriceReport, aProduct, aVendor, aVendorEvent, newEvents, placed } from '../support/events.js';

/** Events put together from columns are those that the driver gives, to the letter. */
describe('EventLog.readBatch', () => {
  let log: TestLog;
  let leader: Instance;

  beforeAll(async () => {
    log = await startTestLog();
    leader = log.instance();
  });
  afterAll(() => log.close());

  /** Appends events, and compares a batch of them with rows of the driver. */
  async function compare(
    events: readonly NewInventoryEvent[],
    write = (client: pg.Client): Promise<unknown> => append(client, events),
  ): Promise<void> {
    const { position } = await log.log.head();
    await write(log.client);
    await sequenceAll(leader);
    const batch = await log.log.readBatch(position, events.length + 1);
    const read = await log.log.read(position, events.length + 1);
    expect(read).toHaveLength(events.length);
    expect(batch.events).toEqual(read);
    expect(JSON.parse(batch.json!.toString())).toEqual(read);
    const texts = batch.parts.flatMap((part) => part.headers.map((_header, index) => part.textOf(index)));
    expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(read);
  }

  it('gives no events where there are none', async () => {
    const batch = await log.log.readBatch(1_000_000, 10);
    expect([batch.events, batch.json!.toString()]).toEqual([[], '[]']);
  });

  it('is right about any text', async () => {
    // PostgreSQL has neither \u0000 nor half a surrogate pair.
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }).map((some) => some.replaceAll('\0', '')),
      fc.constantFrom('"', '\\', '\n', '\u001f', '\u007f', '\u2028', 'प्याज', '🧅', '"\\"\t', '{"a":1}'),
    );
    const event = fc.record({ vendorId: text, category: text, region: text, correlationId: text, name: text });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 50 }), (fields) =>
        compare(
          fields.map(({ name, ...rest }) =>
            aNewEvent({
              ...rest,
              changes: [{ field: name, oldValue: null, newValue: [name] }],
              product: aProduct({ name, description: name }),
            }),
          ),
        ),
      ),
      { numRuns: 20 },
    );
  });

  it('is right about reports, vendors and what a change says of how it came about', async () => {
    const cause = { importId: 'imp_1', idempotencyKey: '"key"' };
    await compare([aNewEvent({ cause }), aPriceReport({ cause }), aPriceReport()]);
    await compare([aVendorEvent(), aVendorEvent({ cause, vendorId: 'vnd_other' })]);
    const [created] = await log.log.read((await log.log.head()).position - 2, 1);
    expect(created).toMatchObject({ eventType: 'vendor_created', productId: null, category: null, product: null });
    expect(created!.vendor).toEqual(aVendor());
  });

  it('is right about events that a version without actors, causes and reports has appended', async () => {
    const event = aNewEvent();
    await compare([event], (client) =>
      client.query(
        `INSERT INTO inventory_events (event_id, event_type, product_id, vendor_id, category, version, changes, product,
                                       correlation_id, region, occurred_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          ...[event.eventId, event.eventType, event.productId, event.vendorId, event.category, event.version],
          ...[JSON.stringify(event.changes), event.product, event.correlationId, event.region, event.occurredAt],
        ],
      ),
    );
    const { position } = await log.log.head();
    expect(await log.log.readAudited(position - 1, 1)).toEqual([
      { ...placed(event, log.log.epoch, position), cause: {}, observation: null, actor: null },
    ]);
  });

  it('leaves out who made the change, which only admins are told', async () => {
    const events = [aNewEvent({ actor: { kind: 'import', id: 'a:b' } }), aNewEvent()];
    await compare(events);
    const { position } = await log.log.head();
    const batch = await log.log.readBatch(position - 2, 2);
    expect(batch.events.map((event) => 'actor' in event)).toEqual([false, false]);
    expect((await log.log.readAudited(position - 2, 2)).map(({ actor }) => actor)).toEqual(
      events.map(({ actor }) => actor),
    );
  });

  it('has room for what gets longer as JSON', async () => {
    await compare(newEvents(20, { category: '"'.repeat(10_000), region: '\u0001'.repeat(10_000) }));
  });

  it('is right about times, before and after the year from which PostgreSQL counts', async () => {
    const times = ['1970-01-01T00:00:00.001Z', '1999-12-31T23:59:59.999Z', '2000-01-01T00:00:00.000Z'];
    const later = [
      '2026-11-27T06:30:00.120Z',
      '2026-11-27T06:30:00.120Z',
      '2026-11-27T06:30:00.121Z',
      '2199-01-01T00:00:00.007Z',
    ];
    await compare([...times, ...later].map((occurredAt) => aNewEvent({ occurredAt })));
  });
});
