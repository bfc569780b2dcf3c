import { io } from 'socket.io-client';
import { SERIES_UPDATED, SUBSCRIBE_SERIES, type PriceSeries, type ProjectionState } from '../../src/contracts/index.js';
import { arrivalReport, type Reported } from '../../test/support/series-model.js';
import { waitFor } from '../../test/support/processes.js';
import { withClient } from '../../test/support/with-client.js';
import { randomOf } from '../hit-ratio/random.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, compare, rounded, type Row } from '../support/report.js';
import { alternate, median } from '../support/rounds.js';
import { SeriesMarket } from '../support/series-market.js';
import type { Server } from '../support/server.js';
import { vendorMoves } from './series-move.js';

const QUERIES = 200;
const REPORTS = 60;
const ROWS = 10_000;

/** A year of one commodity and state by day, beside the same aggregate by hand-written SQL over the observations. */
const BY_HAND = `
  SELECT day, min(min), max(max), round(avg(modal), 2), percentile_cont(0.5) WITHIN GROUP (ORDER BY modal),
         round(sum(modal * arrivals_kg) / sum(arrivals_kg), 2), sum(arrivals_kg), count(*), count(DISTINCT vendor_id)
  FROM (
    SELECT DISTINCT ON (m.product_id, m.day) m.day, m.min, m.max, m.modal, m.arrivals_kg, p.vendor_id
    FROM products p JOIN vendors v ON v.id = p.vendor_id JOIN market_prices m ON m.product_id = p.id
    WHERE p.commodity = $1 AND v.state = $2 AND m.day BETWEEN $3 AND $4
    ORDER BY m.product_id, m.day, m.revision DESC
  ) latest GROUP BY day ORDER BY day`;

/**
 * Reading series of ten million observations, what changes most, how long a late report takes to a client, and what the
 * projection costs an import: the same with it paused.
 */
export async function series(run: BenchRun): Promise<BenchResult> {
  const databaseUrl = await run.database(0);
  const market = await SeriesMarket.fill(databaseUrl, (ready) =>
    run.part(async () => {
      await run.server({ databaseUrl });
      await ready();
    }),
  );
  const server = await run.server({ databaseUrl });
  const random = randomOf(1);
  const years: number[] = [];
  const rounds = await withClient(databaseUrl, (client) =>
    alternate(
      run.options.rounds,
      async () => {
        const times = await timesOf(QUERIES, async () => {
          const { commodity, state, from, to } = market.someYear(random);
          const { points } = await server.api<PriceSeries>(
            'GET',
            `/series/prices?commodity=${commodity}&state=${state}&from=${from}&to=${to}`,
          );
          if (points.length < 365) throw new Error(`${points.length} points`);
        });
        years.push(...times);
        return median(times);
      },
      async () => {
        const times = await timesOf(QUERIES, async () => {
          const { commodity, state, from, to } = market.someYear(random);
          const { rows } = await client.query(BY_HAND, [commodity, state, from, to]);
          if (rows.length < 365) throw new Error(`${rows.length} rows`);
        });
        return median(times);
      },
    ),
  );
  const movers = await timesOf(QUERIES, () => server.api('GET', '/series/movers?window=7d'));
  const pushed = await pushTimes(server);
  const imports = await importRounds(run, server);
  const moves = await run.part(() => vendorMoves(run));
  return {
    rows: [
      compare({ bench: 'series, a year by day', unit: 'ms', rounds, reach: 5, better: 'faster' }),
      // Those of the round that warms up find cold code, and rows that no statement has read since they were made.
      bound('series, a year by day, p99', p99(years.slice(QUERIES)), 20),
      bound('series, movers, p99', p99(movers), 50),
      bound('series, late report to client, p99', p99(pushed), 200),
      compare({ bench: 'series, import beside none', unit: 'rows/s', rounds: imports, reach: 0.95, better: 'higher' }),
      moves.row,
    ],
    details: { observations: market.observations, rounds, imports, moves: moves.times },
  };
}

const bound = (bench: string, ms: number, most: number): Row => ({
  ...{ bench, unit: 'ms', ours: rounded(ms), reach: `≤ ${most}`, met: ms <= most },
});

async function timesOf(many: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < many; index += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times;
}

const p99 = (times: readonly number[]): number =>
  [...times].sort((one, other) => one - other)[Math.ceil(times.length * 0.99) - 1]!;

async function upload(server: Server, reports: readonly Reported[], commodity: string): Promise<void> {
  const response = await fetch(`${server.url}/api/imports/agmarknet`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'text/csv' },
    body: arrivalReport(reports, commodity),
  });
  if (!response.ok) throw new Error(`import: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

/** Milliseconds from the acknowledgement of a report of an older day to its point at a client. */
async function pushTimes(server: Server): Promise<number[]> {
  const report = (day: string, modal: number): Reported => {
    return { state: 'Goa', market: 'Late', variety: 'Other', day, min: modal, max: modal, modal, arrived: 5 };
  };
  await upload(server, [report('2026-01-31', 1_000), report('2026-01-06', 1_000)], 'Garlic');
  const socket = io(`${server.url}/inventory`, { transports: ['websocket'], forceNew: true });
  try {
    let arrivedAt = 0;
    socket.on(SERIES_UPDATED, () => (arrivedAt = performance.now()));
    await socket.emitWithAck(SUBSCRIBE_SERIES, { commodity: 'garlic', state: 'Goa' });
    const times: number[] = [];
    for (let index = 0; index < REPORTS; index += 1) {
      arrivedAt = 0;
      await upload(server, [report('2026-01-06', 1_001 + index)], 'Garlic');
      const acknowledged = performance.now();
      await waitFor(() => arrivedAt > 0, { everyMs: 1, what: 'the point' });
      times.push(Math.max(0, arrivedAt - acknowledged));
    }
    return times;
  } finally {
    socket.disconnect();
  }
}

/** Rows a second of a day's prices, with the projection running and paused; it catches up in between. */
function importRounds(run: BenchRun, server: Server) {
  let day = 0;
  const rows = (): Reported[] => {
    day += 1;
    const date = `2026-02-${String(day).padStart(2, '0')}`;
    return Array.from({ length: ROWS }, (_, index): Reported => {
      const modal = 1_000 + ((index * 7 + day) % 500);
      const place = { state: `State ${index % 4}`, market: `Import ${index % 1_000}` };
      return { ...place, variety: `V${Math.floor(index / 1_000)}`, day: date, min: modal, max: modal, modal };
    });
  };
  const imported = async (paused: boolean): Promise<number> => {
    const name = await consumerOf(server);
    await server.api('PATCH', `/consumers/${name}`, { paused });
    const reports = rows();
    const began = performance.now();
    await upload(server, reports, 'Onion');
    const seconds = (performance.now() - began) / 1_000;
    await server.api('PATCH', `/consumers/${name}`, { paused: false });
    const position = await server.settled(300_000);
    const caughtUp = async (): Promise<boolean> => (await stateOf(server)).position >= position;
    await waitFor(caughtUp, { timeoutMs: 300_000, what: 'the series to catch up' });
    return ROWS / seconds;
  };
  return alternate(
    run.options.rounds,
    () => imported(false),
    () => imported(true),
  );
}

async function stateOf(server: Server): Promise<ProjectionState> {
  const { projections } = await server.api<{ projections: ProjectionState[] }>('GET', '/projections');
  return projections.find(({ name }) => name === 'price-series')!;
}

async function consumerOf(server: Server): Promise<string> {
  const { consumers } = await server.api<{ consumers: { name: string }[] }>('GET', '/consumers');
  return consumers.find(({ name }) => name.startsWith('price-series.'))!.name;
}
