import { isDeepStrictEqual } from 'node:util';
import type { InventoryEvent, Product } from '../../../src/contracts/index.js';

type Column = 'position' | 'eventId' | 'eventType' | 'productId' | 'vendorId' | 'category' | 'version' | 'changes';

export type LoggedEvent = Pick<InventoryEvent, Column | 'product'>;
/** Of a product. */
export type LoggedChange = LoggedEvent & { productId: string; product: Product };

export const isOfProduct = (event: LoggedEvent): event is LoggedChange => event.product !== null;

/**
 * The log on its own, and the products against it: positions without holes and doubles, each product's versions in
 * order, each state following from the one before, and the products as the last of them.
 *
 * @param log by position
 */
export function checkLog(log: readonly LoggedEvent[], products: readonly Product[]): string[] {
  const violations: string[] = [];
  const fold = new Map<string, Product>();
  const eventIds = new Set<string>();
  log.forEach((event, index) => {
    const { position, eventId, version, eventType, changes } = event;
    const at = `position ${position} (${eventType} of ${event.productId ?? event.vendorId}, version ${version})`;
    if (position !== index + 1) violations.push(`${at} is the ${index + 1}th in the log`);
    if (eventIds.has(eventId)) violations.push(`${at} is there twice`);
    eventIds.add(eventId);
    if (!isOfProduct(event)) return;
    const { productId, product } = event;

    const before = fold.get(productId);
    if (eventType === 'product_created') {
      if (before || version !== 1) violations.push(`${at} is not its product's first`);
    } else if (!before) {
      violations.push(`${at} comes before its product's creation or after its deletion`);
    } else if (version !== before.version + 1 && version !== before.version) {
      violations.push(`${at} follows version ${before.version}`);
    }
    for (const { field, oldValue } of changes) {
      if (!before || !isDeepStrictEqual(before[field as keyof Product], oldValue)) {
        violations.push(`${at} changes ${field} from what it was not: ${JSON.stringify(oldValue)}`);
      }
    }
    if (eventType === 'product_deleted') return void fold.delete(productId);
    // Events that share a version have one snapshot, which only the last of them leads to.
    const shares = before?.version === version ? before : undefined;
    fold.set(productId, shares ?? product);
  });
  for (const product of products) {
    if (!isDeepStrictEqual(fold.get(product.id), product)) {
      violations.push(
        `products is not the fold of the log: ${JSON.stringify(product)}, not ${JSON.stringify(fold.get(product.id))}`,
      );
    }
    fold.delete(product.id);
  }
  for (const id of fold.keys()) violations.push(`products lacks ${id}, which is in the log`);
  return violations;
}
