import type { MissShape } from '../load/miss-searches.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate, type Rounds } from '../support/rounds.js';

const CONNECTIONS = 32;
const REACH = 0.75;
const BENCH_NAMES: Record<MissShape, string> = { filters: 'miss', text: 'miss, with text' };

/** Searches that nobody has made before, beside the product's own statement over the bare driver. */
export async function miss(run: BenchRun): Promise<BenchResult> {
  const database = await run.database();
  const server = await run.server({ databaseUrl: database });
  const http = await run.httpLoad();
  const rounds: Record<string, Rounds> = {};
  for (const shape of ['filters', 'text'] as const) {
    const work = { kind: 'miss', shape, seed: 1, token: server.token, expect: 'x-cache: MISS' } as const;
    const ours = await http.open(shape, server.port, CONNECTIONS, work);
    rounds[BENCH_NAMES[shape]] = await run.part(async () => {
      const ceiling = await run.sqlLoad(database, CONNECTIONS, { kind: 'search', shape, seed: 2 });
      return alternate(
        run.options.rounds,
        async () => (await run.profiles.during(() => ours.run(run.milliseconds))).perSecond,
        async () => (await ceiling.run(run.milliseconds)).perSecond,
      );
    });
  }
  const rows = Object.entries(rounds).map(([bench, of]) =>
    compare({ bench, unit: 'searches/s', rounds: of, reach: REACH, better: 'higher' }),
  );
  return { rows, details: { rounds } };
}
