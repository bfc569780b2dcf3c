import { INSTEAD, preferFilteredScan, lookedUp, accessPath } from './filtered-scan.sql.js';
import { prospectOf, sampled } from './page-sample.sql.js';
import type { PageSpec } from './page-spec.js';
import { ofPlace } from './region.sql.js';
import { checked, hasText } from './product-conditions.js';
import { type ProductOrder, rankSql } from './product-order.js';
import { FEW_SUFFICE, fewTexts, MANY } from './few-texts.sql.js';
import { ofEachText, type TextsPageSpec } from './product-texts.sql.js';
import { walk } from './staged-page.sql.js';

export interface RankedPageSpec extends PageSpec {
  /** Placeholders of the text's queries that it is ranked by, the strictest first (`RANKED_BY`). */
  queries: readonly string[];
  /** Placeholders of the cursor's rank, time and id. */
  keys: readonly string[] | undefined;
  /** The rank that the page begins with. */
  lastRank: number;
}

/** Within one rank. */
export const NEWEST: ProductOrder = {
  name: 'newest',
  columns: [
    { sql: 'p.created_at', type: 'time' },
    { sql: 'p.id', type: 'text' },
  ],
  direction: 'DESC',
};

/**
 * By rank, and the newest of a rank first. What few texts satisfy is looked up as a whole and sorted, as is what few
 * products have. Of what many have, ranks are filled up one after the other until there are enough, each like a page of
 * its own (see `stagedPage`): sorting 100,000 matches by rank would take 60 ms and more.
 */
export function rankedPage(spec: RankedPageSpec): string {
  const { order, queries, keys, limit, lastRank } = spec;
  const ranks = Array.from({ length: lastRank + 1 }, (_none, index) => lastRank - index);
  const texts: TextsPageSpec = {
    ...spec,
    order: { ...order, columns: [{ sql: 't.rank', type: 'rank' }, ...NEWEST.columns] },
    rank: rankSql('t.lexemes', queries),
    behind: keys
      ? [
          `t.rank <= ${keys[0]}::int`,
          `(p.created_at, p.id) < (CASE WHEN t.rank < ${keys[0]}::int THEN 'infinity' ELSE ${keys[1]}::timestamptz END, ${keys[2]})`,
        ]
      : [],
  };
  return `
      WITH ${ofPlace(spec)} ${fewTexts(texts)},
      ${sampled({ ...spec, behind: [] }, NEWEST, [`${order.columns[0]!.sql} AS rank`], [MANY])},
      ${accessPath(spec)}
      ${preferFilteredScan(spec)},
      ${lookedUp(spec, ofEachText(texts), `CASE WHEN ${MANY} THEN ${INSTEAD} ELSE NOT ${FEW_SUFFICE} END`)},
      ${ranks.map((one) => rankParts(spec, one)).join(',')}
      (SELECT * FROM few WHERE ${FEW_SUFFICE}) UNION ALL (SELECT * FROM filtered_scan) UNION ALL
      ${ranks
        .map(
          (one) =>
            `(SELECT * FROM walk${one} WHERE (SELECT count(*) FROM walk${one}) = ${limit}) UNION ALL (SELECT * FROM all${one})`,
        )
        .join(' UNION ALL ')}
      ${`ORDER BY ${order.columns.map((_c, i) => `key${i} DESC`).join(', ')}`} LIMIT ${limit}`;
}

function rankParts(spec: RankedPageSpec, rank: number): string {
  const { conditions, order, queries, keys, limit, lastRank } = spec;
  const match = conditions.match!;
  // What all of the rank have, and what keeps those of the higher ranks out: that has more besides.
  const text = rank === 0 ? match : queries.at(-rank)!;
  const others = rank === queries.length ? [] : [queries.at(-rank - 1)!];
  const hasRank = (lexemes: string) => [
    hasText(text, lexemes),
    ...others.map((other) => `(${hasText(other, lexemes)}) IS FALSE`),
    ...(rank > 0 ? [checked(hasText(match, lexemes))] : []),
  ];
  const behind = keys && rank === lastRank ? [`(p.created_at, p.id) < (${keys[1]}, ${keys[2]})`] : [];
  const ranked = { ...order, columns: [{ sql: `${rank}`, type: 'rank' }, ...order.columns.slice(1)] } as const;
  const texts = { ...spec, order: ranked, rank: `${rank}`, behind };
  const before = Array.from({ length: lastRank - rank }, (_none, index) => lastRank - index);
  const open = [
    MANY,
    `NOT ${INSTEAD}`,
    ...before.map((one) => `(SELECT count(*) FROM walk${one}) < ${limit}`),
    ...(before.length === 0
      ? []
      : [`${before.map((one) => `(SELECT count(*) FROM all${one})`).join(' + ')} < ${limit}`]),
  ];
  const ofRank = `FROM sample WHERE rank = ${rank}`;
  const { worth, most } = prospectOf(spec, `(SELECT count(*) ${ofRank} AND fits)`, `(SELECT count(*) ${ofRank})`);
  const fitting = [...hasRank('p.search'), ...conditions.filters.map(checked), ...open, worth];
  return `
      walk${rank} AS MATERIALIZED (${walk({ ...spec, order: NEWEST, behind }, most, fitting, ranked)}),
      all${rank} AS MATERIALIZED (
        SELECT * FROM (${ofEachText(texts, hasRank('t.lexemes'))} OFFSET 0) p
        WHERE ${[...open, `(SELECT count(*) FROM walk${rank}) < ${limit}`].join(' AND ')}
        ORDER BY key1 DESC, key2 DESC LIMIT ${limit}
      )`;
}
