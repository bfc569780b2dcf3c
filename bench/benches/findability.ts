import type { FoundProducts } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, compare, rounded } from '../support/report.js';
import { alternate, median } from '../support/rounds.js';
import type { Server } from '../support/server.js';

/** Milliseconds that a suggestion may take one client, p99. */
const SUGGESTED_WITHIN = 5;
/** What a loosened page may cost, in exact ones. */
const LOOSENED_REACH = 3;
/** Goods whose names are typed. */
const GOODS = 60;
/** Languages that are asked for, so that no page has been asked for before. */
const LANGS = Array.from({ length: 26 ** 2 }, (_none, at) => `q${letter(at / 26)}${letter(at % 26)}`);

/**
 * What typing costs one client of a server with 100,000 products: suggestions for half-typed names in all scripts, and
 * pages of misspelt names beside those of the names, none of them cached.
 */
export async function findability(run: BenchRun): Promise<BenchResult> {
  const server = await run.server({ databaseUrl: await run.database() });
  const http = await run.httpLoad();
  const suggest = await http.open('suggest', server.port, 1, { kind: 'get', paths: halfTyped() });
  const p99: number[] = [];
  const p50: number[] = [];
  for (let round = -1; round < run.options.rounds; round += 1) {
    const figures = await suggest.run(run.milliseconds);
    if (round < 0) continue;
    p99.push(figures.p99Ms);
    p50.push(figures.p50Ms);
  }
  await http.close('suggest');

  const names = await misspeltNames(server);
  const pathsOf = (kind: 'typed' | 'meant'): string[] =>
    LANGS.flatMap((lang) =>
      names.map((name) => `/api/products/search?lang=${lang}&q=${encodeURIComponent(name[kind])}`),
    );
  const [loosened, exact] = await Promise.all(
    (['typed', 'meant'] as const).map((kind) =>
      http.open(kind, server.port, 1, { kind: 'get', paths: pathsOf(kind), expect: 'x-cache: MISS' }),
    ),
  );
  const rounds = await alternate(
    run.options.rounds,
    async () => (await loosened!.run(run.milliseconds)).p50Ms,
    async () => (await exact!.run(run.milliseconds)).p50Ms,
  );
  const slowest = median(p99);
  return {
    rows: [
      {
        bench: 'suggest, p99',
        unit: 'ms',
        ours: rounded(slowest),
        reach: `≤ ${SUGGESTED_WITHIN}`,
        met: slowest <= SUGGESTED_WITHIN,
      },
      compare({ bench: 'loosened beside exact', unit: 'ms', rounds, reach: LOOSENED_REACH, better: 'lower' }),
    ],
    details: { suggest: { p50, p99 }, rounds, names: names.length },
  };
}

function letter(at: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + Math.floor(at));
}

/** Beginnings of names in all scripts, of two letters and more. */
function halfTyped(): string[] {
  const typed = entries
    .flatMap(({ name, names }) => [name, ...Object.values(names)])
    .flatMap((name) => [2, 3, 5].map((length) => [...name].slice(0, length).join('')));
  return [...new Set(typed)].map((q) => `/api/products/suggest?lang=hi&q=${encodeURIComponent(q)}`);
}

/** Names with two letters swapped that are taken for the names and nothing else. */
async function misspeltNames(server: Server): Promise<{ typed: string; meant: string }[]> {
  const found: { typed: string; meant: string }[] = [];
  for (const { name } of entries) {
    const meant = name.toLowerCase();
    if (found.length === GOODS || !/^[a-z]{6,}$/.test(meant)) continue;
    const typed = `${meant.slice(0, 3)}${meant[4]}${meant[3]}${meant.slice(5)}`;
    const { items, interpretation } = await server.api<FoundProducts>('GET', `/products/search?q=${typed}`);
    if (items.length > 0 && interpretation.kind === 'loosened' && interpretation.q === meant)
      found.push({ typed, meant });
  }
  return found;
}
