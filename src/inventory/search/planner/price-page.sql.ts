import type { CursorKey } from './page-cursor.js';
import type { PageSpec } from './page-spec.js';
import { after, type AskedGroup, orderByKeys, orderOfAsked, orderOfOthers, partKeys } from './product-order.js';

/** Where a page sorted by price begins: within the group that is asked for, or among the others. */
export interface PriceCursor {
  isInGroup: boolean;
  /** Placeholders of the last item's keys: its price and id within the group, else its group before them. */
  bound: readonly string[];
}

export function isInGroup([per, currency]: readonly CursorKey[], asked: AskedGroup): boolean {
  return per === asked.per && currency === asked.currency;
}

/**
 * A page sorted by price: the products of the group that is asked for and, if there are not enough of them, the others.
 * Each part is a page of its own in the order of an index (`orderOfAsked`, `orderOfOthers`), found in the same way. The
 * others are not looked for if the page is full without them, and are not in the statement at all if a price range
 * leaves them out; nor is the group if the page begins behind it.
 *
 * @param page in the order as a whole
 * @param find SQL of the ids and keys of a page
 */
export function pricePage(
  { conditions, order, limit }: Omit<PageSpec, 'behind'>,
  asked: AskedGroup,
  cursor: PriceCursor | undefined,
  find: (page: PageSpec) => string,
): string {
  const { per, currency } = asked.bound;
  const part = partKeys(order);
  const ofGroup = (): string => {
    const own = orderOfAsked(order);
    const behind = cursor ? [cursor.isInGroup ? after(own, cursor.bound) : 'false'] : [];
    return `
        SELECT id, ${part.asked} AS key0, ${per}::text COLLATE "C" AS key1, ${currency}::text AS key2,
               key0 AS key3, key1 AS key4
        FROM (${find({ conditions: conditions.ofGroup(asked.bound), order: own, behind, limit })}) page`;
  };
  const others = (): string => {
    const own = orderOfOthers(order);
    const behind = cursor && !cursor.isInGroup ? [after(own, cursor.bound)] : [];
    return `
        SELECT id, ${part.others} AS key0, key0 AS key1, key1 AS key2, key2 AS key3, key3 AS key4
        FROM (${find({ conditions: conditions.besideGroup(asked.bound), order: own, behind, limit })}) page`;
  };
  if (conditions.isOfGroup) return ofGroup();
  if (cursor && !cursor.isInGroup) return others();
  return `
      WITH of_group AS MATERIALIZED (${ofGroup()}),
      others AS MATERIALIZED (${others()} WHERE (SELECT count(*) FROM of_group) < ${limit})
      SELECT * FROM (SELECT * FROM of_group UNION ALL SELECT * FROM others) page
      ${orderByKeys(order, 'page')} LIMIT ${limit}`;
}
