import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { entries } from '../../src/inventory/glossary/index.js';
import type { ImportSummary } from '../../src/contracts/index.js';
import { randomOf } from '../hit-ratio/random.js';
import type { BenchRun } from '../support/bench-run.js';
import { query } from '../support/database.js';
import { withClient } from '../../test/support/with-client.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate } from '../support/rounds.js';
import type { Server } from '../support/server.js';

const MARKETS = 2_500;
const ROWS_PER_MARKET = 100;
const ROWS = MARKETS * ROWS_PER_MARKET;
/** Part of the rows whose price is another one than the day before. */
const CHANGED = 0.3;
const BULK_ROWS = 1_000;
const BULK_LOOPS = 2;

/**
 * A day's prices for a catalogue that is there already. The ceiling's time is that of a `COPY` of the same rows into
 * one table, plus the changed rows at the speed of `bulk`'s ceiling, both measured in the same round. It has the same
 * catalogue.
 */
export async function importPrices(run: BenchRun): Promise<BenchResult> {
  const market = new Market();
  const databaseUrl = await run.database(0);
  const firstSeconds = await run.part(() => firstImport(run, databaseUrl, market.file()));
  await query(databaseUrl, 'VACUUM ANALYZE');
  const ceilingUrl = await run.copyOf(databaseUrl);

  const server = await run.server({ databaseUrl });
  const bulk = await run.sqlLoad(ceilingUrl, BULK_LOOPS, { kind: 'bulk', rows: BULK_ROWS });
  const rounds = await alternate(
    run.options.rounds,
    async () => {
      const changed = market.nextDay();
      const file = market.file();
      const started = performance.now();
      const summary = await run.profiles.during(() => upload(server, file));
      const seconds = (performance.now() - started) / 1_000;
      if (summary.priceChanged !== changed) throw new Error(`${summary.priceChanged} prices changed, not ${changed}`);
      await server.settled(300_000);
      return ROWS / seconds;
    },
    async () => {
      const copySeconds = await copy(ceilingUrl, market.file());
      const { perSecond } = await bulk.run(run.milliseconds);
      return ROWS / (copySeconds + (ROWS * CHANGED) / (perSecond * BULK_ROWS));
    },
  );
  return {
    rows: [compare({ bench: 'import', unit: 'rows/s', rounds, reach: 0.5, better: 'higher' })],
    details: {
      rounds,
      fileRows: ROWS,
      changedShare: CHANGED,
      firstImportRowsPerSecond: Math.round(ROWS / firstSeconds),
    },
  };
}

/** @returns seconds */
async function firstImport(run: BenchRun, databaseUrl: string, file: Buffer): Promise<number> {
  const server = await run.server({ databaseUrl });
  const began = performance.now();
  const { created } = await upload(server, file);
  const seconds = (performance.now() - began) / 1_000;
  if (created !== ROWS) throw new Error(`${created} of ${ROWS} products were created`);
  await server.settled(300_000);
  return seconds;
}

const HEADER = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price\n';
const VARIETIES = ['Local', 'Hybrid', 'Desi', 'Other'];

/** A price file that is the same in every run, and its next days. */
class Market {
  private readonly random = randomOf(11);
  private readonly prices = Float64Array.from({ length: ROWS }, () => Math.round(10 ** (2.7 + 2 * this.random())));
  private readonly commodities = [...new Set(entries.flatMap(({ portal }) => portal.slice(0, 1)))]
    .filter((name) => !/[",]/.test(name))
    .flatMap((name) => VARIETIES.map((variety) => `${name},${variety}`))
    .slice(0, ROWS_PER_MARKET);

  /** Changes prices; returns how many. */
  nextDay(): number {
    const offset = Math.floor(this.random() * 10);
    let changed = 0;
    for (let row = 0; row < ROWS; row += 1) {
      // 3 rows in 10, and other ones each day.
      if ((row + offset) % 10 >= CHANGED * 10) continue;
      this.prices[row]! += 1;
      changed += 1;
    }
    return changed;
  }

  file(): Buffer {
    const lines = [HEADER];
    this.prices.forEach((price, row) => {
      const market = Math.floor(row / ROWS_PER_MARKET);
      const where = `State ${market % 28},District ${market % 560},Market ${market}`;
      const what = this.commodities[row % ROWS_PER_MARKET];
      lines.push(`${where},${what},FAQ,27/07/2023,${price - 50},${price + 50},${price}\n`);
    });
    return Buffer.from(lines.join(''));
  }
}

/** Not `fetch`, which gives up on an answer that takes five minutes. */
async function upload(server: Server, file: Buffer): Promise<ImportSummary> {
  const sending = request(`${server.url}/api/imports/agmarknet`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'text/csv', 'content-length': file.length },
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  sending.end(file);
  const [answer] = await answered;
  const body = await text(answer);
  if (answer.statusCode !== 200) throw new Error(`The import was refused: ${answer.statusCode} ${body}`);
  return JSON.parse(body) as ImportSummary;
}

/** Seconds. */
function copy(url: string, file: Buffer): Promise<number> {
  return withClient(url, async (client) => {
    await client.query('DROP TABLE IF EXISTS bench_rows');
    await client.query(`CREATE TABLE bench_rows (state text, district text, market text, commodity text, variety text,
                          grade text, arrival text, min_price numeric, max_price numeric, modal_price numeric)`);
    const began = performance.now();
    await pipeline(
      Readable.from([file]),
      client.query(copyFrom('COPY bench_rows FROM STDIN WITH (FORMAT csv, HEADER)')),
    );
    return (performance.now() - began) / 1_000;
  });
}
