import { checked, hasText, whereAll } from './product-conditions.js';
import { idAndKeys, orderBy, type ProductOrder, rankSql } from './product-order.js';
import { fewTexts, MANY, ofEachText, type TextsPageSpec } from './product-texts.sql.js';
import { firstProducts, GLANCE, lookedUp, type PageSpec, WALK, worthWalking } from './staged-page.sql.js';

export interface RankedPageSpec extends PageSpec {
  /** Placeholders of the text's `whole` and `named`. */
  queries: readonly string[];
  /** Placeholders of the cursor's rank, time and id. */
  keys: readonly string[] | undefined;
  /** The rank that the page begins with. */
  lastRank: number;
}

/** Hits in the glance from which on a text is too common to look all of it up. */
const COMMON = 2;

/** Within one rank. */
const NEWEST: ProductOrder = {
  name: 'newest',
  columns: [
    { sql: 'p.created_at', type: 'time' },
    { sql: 'p.id', type: 'text' },
  ],
  direction: 'DESC',
};

/**
 * By rank, and the newest of a rank first. What few texts satisfy is looked up as a whole and sorted, as is what few
 * products have. Of what many have, ranks are filled up one after the other until there are enough, each like a page of its own (see
 * `stagedPage`): sorting 100,000 matches by rank would take 60 ms and more.
 */
export function rankedPage(spec: RankedPageSpec): string {
  const { conditions, order, queries, keys, limit, lastRank } = spec;
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
      WITH ${fewTexts(texts)},
      glance AS MATERIALIZED (
        SELECT ${order.columns[0]!.sql} AS rank ${conditions.from(firstProducts(conditions, NEWEST, [], GLANCE))}
        ${whereAll([...conditions.all, MANY])}
      ),
      ${lookedUp(spec, ofEachText(texts), [MANY, `(SELECT count(*) FROM glance) < ${COMMON}`])},
      ${ranks.map((one) => rankParts(spec, one)).join(',')}
      ${['few', 'looked_up', ...ranks.flatMap((one) => [`walk${one}`, `all${one}`])]
        .map(
          (part) =>
            `(SELECT * FROM ${part}${part.startsWith('walk') ? ` WHERE (SELECT count(*) FROM ${part}) = ${limit}` : ''})`,
        )
        .join(' UNION ALL ')}
      ${`ORDER BY ${order.columns.map((_c, i) => `key${i} DESC`).join(', ')}`} LIMIT ${limit}`;
}

function rankParts(spec: RankedPageSpec, rank: number): string {
  const { conditions, order, queries, keys, limit, lastRank } = spec;
  const [whole, named] = queries as [string, string];
  const match = conditions.match!;
  // What all of the rank have, and what keeps those of the higher ranks out.
  const [text, others] = [[match, [named]] as const, [named, [whole]] as const, [whole, []] as const][rank]!;
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
    `(SELECT count(*) FROM glance) >= ${COMMON}`,
    ...before.map((one) => `(SELECT count(*) FROM walk${one}) < ${limit}`),
    ...(before.length === 0
      ? []
      : [`${before.map((one) => `(SELECT count(*) FROM all${one})`).join(' + ')} < ${limit}`]),
  ];
  return `
      walk${rank} AS MATERIALIZED (
        SELECT ${idAndKeys(ranked)} ${conditions.from(firstProducts(conditions, NEWEST, behind, WALK))}
        ${whereAll([...hasRank('p.search'), ...conditions.filters.map(checked), ...open, worthWalking(`(SELECT count(*) FROM glance WHERE rank = ${rank})`)])}
        ${orderBy(NEWEST)} LIMIT ${limit}
      ),
      all${rank} AS MATERIALIZED (
        SELECT * FROM (${ofEachText(texts, hasRank('t.lexemes'))} OFFSET 0) p
        WHERE ${[...open, `(SELECT count(*) FROM walk${rank}) < ${limit}`].join(' AND ')}
        ORDER BY key1 DESC, key2 DESC LIMIT ${limit}
      )`;
}
