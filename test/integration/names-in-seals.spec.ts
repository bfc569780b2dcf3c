import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { removeNames } from '../../src/cli/remove-names.js';
import { verifySeals } from '../../src/cli/verify-seals.js';
import { SqlClient } from '../../src/database/index.js';
import { LogSealer } from '../../src/events/seals/log-sealer.js';
import { startApp, type TestApp } from '../support/app.js';
import { brokenAfter as brokenIn } from '../support/broken-seals.js';
import { lengthenLog } from '../support/long-log.js';

describe('seals of the log', () => {
  let app: TestApp;
  let client: pg.Client;

  const seal = () => app.app.get(LogSealer).run();
  const broken = async () => (await verifySeals(client)).broken;

  beforeAll(async () => {
    app = await startApp();
    client = new pg.Client({ connectionString: app.database.url });
    await client.connect();
    app.app.get(LogSealer).positions = 1_000;
    await lengthenLog(client, 2_100);
    await seal();
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const brokenAfter = (rows: string, damage: string) => brokenIn(client, rows, damage);

  it('let a vendor’s names be taken out of the log', async () => {
    expect(await verifySeals(client)).toMatchObject({ sealedUpTo: 2_000, notedUpTo: 2_100 });
    await client.query(`INSERT INTO vendors SELECT * FROM json_populate_record(null::vendors, $1)`, [
      JSON.stringify({
        ...{ id: 'vnd_2', name: 'Vendor 2', names: {}, languages: [], search: '', version: 1, logged_version: 1 },
        ...{ created_at: '2026-01-01', updated_at: '2026-01-01', market: 'Azadpur' },
      }),
    ]);
    const log = async () =>
      (
        await client.query<{ text: string }>(`SELECT string_agg(e::text, '\n') AS text FROM inventory_events e
        WHERE vendor_id = 'vnd_2'`)
      ).rows[0]!.text;
    expect(await log()).toMatch(/Asha/);
    expect(await removeNames(client, 'vnd_2')).toBeGreaterThan(20);
    expect(await log()).not.toMatch(/Asha|आशा/);
    expect(await broken()).toEqual([]);
    const event = `inventory_events WHERE position = 30`;
    const { rows } = await client.query(`SELECT FROM ${event} AND vendor IS NOT NULL AND vendor_id = 'vnd_2'`);
    expect(rows).toHaveLength(1);
    const elsewhere = `UPDATE inventory_events SET vendor = replace(vendor::text, 'Azadpur', 'Koyambedu')::json`;
    expect(await brokenAfter(event, `${elsewhere} WHERE position = 30`)).toMatchObject([{ id: 'position 30' }]);
    await expect(removeNames(client, 'vnd_none')).rejects.toThrow('There is no vendor vnd_none');
  });

  it.each(['Azadpur', 'Vendor 2'])('show after that, too, what was changed before it was sealed: %s', async (text) => {
    const event = `inventory_events WHERE position = 2060`;
    const { rows } = await client.query(`SELECT FROM ${event} AND vendor IS NOT NULL AND vendor_id = 'vnd_2'`);
    expect(rows).toHaveLength(1);
    const otherwise = `UPDATE inventory_events SET vendor = replace(vendor::text, '${text}', 'Koyambedu')::json`;
    expect(await brokenAfter(event, `${otherwise} WHERE position = 2060`)).toEqual([
      { id: 'position 2060', what: 'the event is not the one that was first there' },
    ]);
  });

  it.each(['{}', '5', '[null]'])('name an event whose changes became %s, sealed or not', async (changes) => {
    for (const position of [30, 2_060]) {
      const event = `inventory_events WHERE position = ${position}`;
      const damage = `UPDATE inventory_events SET changes = '${changes}' WHERE position = ${position}`;
      expect(await brokenAfter(event, damage)).toMatchObject([{ id: `position ${position}` }]);
    }
  });

  it('have names removed of an event only when it has its position, and what it changes has been put out of date', async () => {
    const other = new pg.Client({ connectionString: app.database.url });
    await other.connect();
    await other.query(`BEGIN; UPDATE vendors SET name = 'Third', version = version + 1 WHERE id = 'vnd_2'`);
    // It waits for the vendor.
    const removing = removeNames(client, 'vnd_2');
    await sleep(100);
    await other.query('COMMIT');
    await other.end();
    expect(await removing).toBeGreaterThan(20);
    const { rows } = await client.query<{ position: string | null; changes: string }>(
      `SELECT position, changes::text FROM inventory_events WHERE vendor_id = 'vnd_2' ORDER BY seq DESC LIMIT 1`,
    );
    expect(rows).toMatchObject([{ position: '2101' }]);
    expect(rows[0]!.changes).not.toContain('Vendor 2');
    await client.query(`UPDATE vendors SET name = 'Vendor 2', logged_version = version WHERE id = 'vnd_2'`);
    await removeNames(client, 'vnd_2');
    await seal();
    expect(await verifySeals(client)).toMatchObject({ notedUpTo: 2_101, broken: [] });
    expect((await app.request<string>('GET', '/metrics')).body).not.toContain('errors_total{type="relay"}');
  });

  it('refuse to have names removed that would hide a change', async () => {
    const event = `inventory_events WHERE position = 2060`;
    await client.query(`CREATE TABLE unchanged AS SELECT * FROM ${event}`);
    await client.query(`UPDATE inventory_events SET version = version + 1 WHERE position = 2060`);
    await expect(removeNames(client, 'vnd_2')).rejects.toThrow('The event at position 2060 was changed');
    await client.query(`DELETE FROM ${event}; INSERT INTO inventory_events SELECT * FROM unchanged`);
    expect(await removeNames(client, 'vnd_2')).toBeGreaterThan(20);
    expect(await broken()).toEqual([]);
  });

  it.each([
    ['before', 'read-records', 1_000],
    ['after', 'read-records', 1_000],
    ['before', 'keep-log-segment', 1_000],
    // So few that none is sealed, and they are noted only.
    ['before', 'read-records', 50],
    ['after', 'read-records', 50],
    ['before', 'keep-tail', 50],
  ])('are right when names are removed just %s the leader does %s, of %i events', async (when, what, events) => {
    await seal();
    await lengthenLog(client, events);
    const sql = app.app.get(SqlClient);
    const query = sql.query.bind(sql);
    let removed = 0;
    sql.query = async (statement, values) => {
      const isNow = statement.name === what && removed === 0;
      if (isNow && when === 'before') removed = await removeNames(client, 'vnd_2');
      const rows = await query(statement, values);
      if (isNow && when === 'after') removed = await removeNames(client, 'vnd_2');
      return rows as never;
    };
    await seal();
    sql.query = query;
    expect(removed).toBeGreaterThan(20);
    expect(await broken()).toEqual([]);
    await seal();
    expect(await broken()).toEqual([]);
    // Names of what was sealed after that are held to the salt that there is.
    const { rows: named } = await client.query<{ position: number | null }>(
      `SELECT max(position)::float8 AS position FROM inventory_events e JOIN vendor_salts s USING (vendor_id)
       WHERE vendor_id = 'vnd_2' AND vendor IS NOT NULL AND position > removed_up_to`,
    );
    const position = named[0]!.position!;
    expect(position).toBeGreaterThan(0);
    const rename = `UPDATE inventory_events SET vendor = replace(vendor::text, 'Vendor 2', 'Usha')::json`;
    const event = `inventory_events WHERE position = ${position}`;
    expect(await brokenAfter(event, `${rename} WHERE position = ${position}`)).toMatchObject([
      { id: `position ${position}` },
    ]);
    const { rows } = await client.query<{ head: number }>('SELECT max(position)::float8 AS head FROM inventory_events');
    expect((await verifySeals(client)).notedUpTo).toBe(rows[0]!.head);
  });
});
