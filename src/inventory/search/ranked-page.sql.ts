import { checked, hasText, whereAll } from './product-conditions.js';
import { idAndKeys, orderBy, orderByKeys, type ProductOrder } from './product-order.js';
import { firstProducts, GLANCE, type PageSpec, WALK, worthWalking } from './staged-page.sql.js';

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
 * By rank, and the newest of a rank first. A text that few products have is looked up as a whole and sorted. Of one
 * that many have, ranks are filled up one after the other until there are enough, each like a page of its own (see
 * `stagedPage`): sorting 100,000 matches by rank would take 60 ms and more.
 */
export function rankedPage(spec: RankedPageSpec): string {
  const { conditions, order, cursor, limit, lastRank } = spec;
  const behind = cursor === undefined ? [] : [cursor];
  const ranks = Array.from({ length: lastRank + 1 }, (_none, index) => lastRank - index);
  return `
      WITH glance AS MATERIALIZED (
        SELECT ${order.columns[0]!.sql} AS rank ${conditions.from(firstProducts(conditions, NEWEST, [], GLANCE))}
        ${whereAll(conditions.all)}
      ),
      looked_up AS MATERIALIZED (
        SELECT * FROM (
          SELECT ${idAndKeys(order)} ${conditions.from('products')} ${whereAll([...conditions.lookUp, ...behind])} OFFSET 0
        ) p
        WHERE (SELECT count(*) FROM glance) < ${COMMON}
        ${orderByKeys(order, 'p')} LIMIT ${limit}
      ),
      ${ranks.map((rank) => rankParts(spec, rank)).join(',')}
      ${['looked_up', ...ranks.flatMap((rank) => [`walk${rank}`, `all${rank}`])]
        .map(
          (part) =>
            `(SELECT * FROM ${part}${part.startsWith('walk') ? ` WHERE (SELECT count(*) FROM ${part}) = ${limit}` : ''})`,
        )
        .join(' UNION ALL ')}
      ${`ORDER BY ${order.columns.map((_c, i) => `key${i} DESC`).join(', ')}`} LIMIT ${limit}`;
}

function rankParts({ conditions, order, queries, keys, limit, lastRank }: RankedPageSpec, rank: number): string {
  const [whole, named] = queries as [string, string];
  const match = conditions.match!;
  // What all of the rank have, and what keeps those of the higher ranks out.
  const [text, others] = [
    [match, [`(${hasText(named)}) IS FALSE`]] as const,
    [named, [`(${hasText(whole)}) IS FALSE`, checked(hasText(match))]] as const,
    [whole, [checked(hasText(match))]] as const,
  ][rank]!;
  const behind = keys && rank === lastRank ? [`(p.created_at, p.id) < (${keys[1]}, ${keys[2]})`] : [];
  const columns = idAndKeys({ ...order, columns: [{ sql: `${rank}`, type: 'rank' }, ...order.columns.slice(1)] });
  const before = Array.from({ length: lastRank - rank }, (_none, index) => lastRank - index);
  const open = [
    `(SELECT count(*) FROM glance) >= ${COMMON}`,
    ...before.map((one) => `(SELECT count(*) FROM walk${one}) < ${limit}`),
    ...(before.length === 0
      ? []
      : [`${before.map((one) => `(SELECT count(*) FROM all${one})`).join(' + ')} < ${limit}`]),
  ];
  return `
      walk${rank} AS MATERIALIZED (
        SELECT ${columns} ${conditions.from(firstProducts(conditions, NEWEST, behind, WALK))}
        ${whereAll([hasText(text), ...others, ...conditions.besideText, ...open, worthWalking(`(SELECT count(*) FROM glance WHERE rank = ${rank})`)])}
        ${orderBy(NEWEST)} LIMIT ${limit}
      ),
      all${rank} AS MATERIALIZED (
        SELECT * FROM (
          SELECT ${columns} ${conditions.from('products')} ${whereAll([...conditions.lookUpBy(text), ...others, ...behind.map(checked)])} OFFSET 0
        ) p
        WHERE ${[...open, `(SELECT count(*) FROM walk${rank}) < ${limit}`].join(' AND ')}
        ORDER BY key1 DESC, key2 DESC LIMIT ${limit}
      )`;
}
