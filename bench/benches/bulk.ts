import { type BenchRun, PRODUCTS } from '../support/bench-run.js';
import { withClient } from '../../test/support/with-client.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate } from '../support/rounds.js';
import { productIds } from '../support/seed.js';

const CONNECTIONS = 2;
const ROWS = 1_000;

/** Bulk changes of availability in which every row changes, beside one array statement for as many rows. */
export async function bulk(run: BenchRun): Promise<BenchResult> {
  const databases = [await run.database(), await run.database()] as const;
  for (const url of databases) await makeAllAvailable(url);
  const server = await run.server({ databaseUrl: databases[0] });
  const http = await run.httpLoad();
  const work = { kind: 'bulk', ids: productIds(PRODUCTS), rows: ROWS, token: server.token } as const;
  const ours = await http.open('server', server.port, CONNECTIONS, work);
  const ceiling = await run.sqlLoad(databases[1], CONNECTIONS, { kind: 'bulk', rows: ROWS });
  let acknowledged = 0;
  const rounds = await alternate(
    run.options.rounds,
    async () => {
      const { perSecond, done } = await run.profiles.during(() => ours.run(run.milliseconds));
      acknowledged += done * ROWS;
      await server.settled();
      await server.projected();
      return perSecond * ROWS;
    },
    async () => (await ceiling.run(run.milliseconds)).perSecond * ROWS,
  );
  const events = await server.settled();
  if (events !== acknowledged) throw new Error(`${acknowledged} rows were to change, but there are ${events} events`);
  return {
    rows: [compare({ bench: 'bulk', unit: 'rows/s', rounds, reach: 0.8, better: 'higher' })],
    details: { rounds },
  };
}

/** The load tells a row's next availability from how often it has come, so all must begin alike. */
const makeAllAvailable = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(`UPDATE products SET availability = 'available' WHERE availability <> 'available'`);
    await client.query('VACUUM ANALYZE products');
  });
