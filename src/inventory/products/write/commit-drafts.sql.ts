import { type Product, SEARCHED_FIELDS } from '../../../contracts/index.js';
import { appendEventsSql, eventRows } from '../../../events/index.js';
import { type Statement } from '../../../database/index.js';
import { inSlices } from '../../../infra/index.js';
import { productLexemes } from '../../text/search-document.js';
import { storedValues } from '../stored-product.sql.js';
import { MOST_TEXT, textLengthOfFields } from './product-command.js';
import type { Draft } from './working-set.js';

const STORED = storedValues('d.product');
/** What an update writes: whose product it is and when it was made never change. */
const CHANGED = STORED.filter(([column]) => !['id', 'vendor_id', 'created_at'].includes(column));

/**
 * Changes any number of products and appends their events in one statement, which is one transaction and one round
 * trip (G3). `$1`: the drafts, `$2`: the events, both as JSON. Returns the ids of the products that changed.
 *
 * Each row is guarded by the version it was read at: a product that was changed concurrently is left alone, its
 * events are not appended, and its id is not returned, so the caller reads again and retries just that one.
 * Rows are taken in id order, so that two batches can't deadlock in the usual case.
 *
 * Tried and worse (here, 32 writers): TypeORM find and save in a transaction 1,100/s; BEGIN, SELECT FOR UPDATE, UPDATE,
 * INSERT, COMMIT 1,900/s; one statement a change 5,900/s; this with concurrent changes combined is faster still.
 */
const commitDrafts = ({ kept = '', more = '', reported = '' } = {}): string => `
    WITH draft AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS d (
        id text, op text, expected integer, product jsonb, search text[])
      ORDER BY id
    ), updated AS (
      UPDATE products p
      SET ${CHANGED.map(([column, value]) => `${column} = ${value}`).join(', ')},
          search = CASE WHEN d.search IS NULL THEN p.search ELSE array_to_tsvector(d.search) END
      FROM draft d
      WHERE d.op = 'update' AND p.id = d.id AND p.version = d.expected
      RETURNING p.id
    ), inserted AS (
      INSERT INTO products (${STORED.map(([column]) => column).join(', ')}, search)
      SELECT ${STORED.map(([, value]) => value).join(', ')}, array_to_tsvector(d.search)
      FROM draft d WHERE d.op = 'insert'
      ON CONFLICT DO NOTHING
      RETURNING id
    ), deleted AS (
      DELETE FROM products p USING draft d
      WHERE d.op = 'delete' AND p.id = d.id AND p.version = d.expected
      RETURNING p.id
    ), ${kept}changed AS (
      SELECT id, d.product
      FROM (SELECT id FROM updated UNION ALL SELECT id FROM inserted UNION ALL SELECT id FROM deleted${more}) done
      JOIN draft d USING (id)
    ), appended AS (${appendEventsSql('$2', 'changed')}${reported})
    SELECT id FROM changed`;

export const COMMIT_DRAFTS: Statement = { name: 'commit-drafts', text: commitDrafts() };

/**
 * The same for drafts with price reports, which are stored with their events. A product of which an older day is
 * reported is kept as it is: the lock sees to it that this goes for the version that was read, until the statement
 * ends.
 *
 * Whether a report is suspicious isn't stored, since it depends on which other reports are there.
 */
export const COMMIT_REPORTS: Statement = {
  name: 'commit-reports',
  text: commitDrafts({
    kept: `kept AS (
      SELECT p.id FROM products p JOIN draft d ON d.op = 'keep' AND p.id = d.id AND p.version = d.expected
      FOR NO KEY UPDATE OF p
    ), `,
    more: ' UNION ALL SELECT id FROM kept',
    reported: `
      RETURNING seq, product_id, observation AS o, occurred_at
    ), reported AS (
      INSERT INTO market_prices (product_id, day, revision, min, max, modal, unit, currency, arrivals_quantity,
                                 arrivals_unit, arrivals_kg, source, flags, event_seq, recorded_at)
      SELECT product_id, (o->>'day')::date, (o->>'revision')::integer, (o->>'min')::numeric, (o->>'max')::numeric,
             (o->>'modal')::numeric, o->>'unit', o->>'currency', (o->'arrivals'->>'quantity')::numeric,
             o->'arrivals'->>'unit', (o->'arrivals'->>'kg')::numeric, o->>'source',
             ARRAY(SELECT flag FROM json_array_elements_text(o->'flags') flag WHERE flag <> 'suspicious'),
             seq, occurred_at
      FROM appended WHERE o IS NOT NULL`,
  }),
};

/** Lexemes of the drafts whose texts are new. They are costly to make, so it is done in slices. */
export async function lexemesOfDrafts(drafts: readonly Draft[]): Promise<Lexemes> {
  const lexemes = new Map<string, readonly string[]>();
  await inSlices(drafts, ({ id, stored, current }) => {
    if (current && isRenamed(stored, current)) lexemes.set(id, productLexemes(current));
  });
  return lexemes;
}

/**
 * The drafts as they go into one statement each. A price changes in a moment, but its event has all of the product with
 * it: a thousand prices of products with names in 64 languages are a statement of 40 MB, and half a second.
 */
export function* statementsOf(drafts: readonly Draft[]): Generator<readonly Draft[]> {
  let first = 0;
  let length = 0;
  for (const [index, { stored, current }] of drafts.entries()) {
    const own = textLengthOfFields((current ?? stored)!);
    if (length + own > MOST_TEXT && index > first) {
      yield drafts.slice(first, index);
      first = index;
      length = 0;
    }
    length += own;
  }
  if (first < drafts.length) yield drafts.slice(first);
}

/** By the product's id. */
export type Lexemes = ReadonlyMap<string, readonly string[]>;

export function commitValues(drafts: readonly Draft[], lexemes: Lexemes): [string, string] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft.current]));
  return [
    JSON.stringify(drafts.map((draft) => rowOf(draft, lexemes))),
    eventRows(
      drafts.flatMap(({ events }) => events),
      (id) => byId.get(id),
    ),
  ];
}

function rowOf({ id, stored, current }: Draft, lexemes: Lexemes) {
  if (!current) return { id, op: 'delete', expected: stored?.version };
  const search = lexemes.get(id) ?? null;
  if (!stored) return { id, op: 'insert', product: current, search };
  // Its price of an older day was reported, and nothing else.
  if (current === stored) return { id, op: 'keep', expected: stored.version };
  return { id, op: 'update', expected: stored.version, product: current, search };
}

/** A change of price or stock leaves the lexemes as they are, which are costly to index, too. */
function isRenamed(stored: Product | null, current: Product): boolean {
  return SEARCHED_FIELDS.some((field) => stored?.[field] !== current[field]);
}
