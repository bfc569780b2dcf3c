import type { InventoryEvent, Product } from '../../../src/contracts/index.js';
import { waitFor } from '../processes.js';
import { checkLog, isOfProduct, type LoggedEvent } from './audit-log.js';
import type { Journal } from './journal.js';
import type { Listener, Room } from './listener.js';
import type { Load } from './load.js';
import { readDatabase } from './read-database.js';
import type { System } from './system.js';

export interface AuditOptions {
  /** Milliseconds by which a search may lag behind an acknowledgement; more than none only if invalidation was dead. */
  staleness?: number;
  /** Whether a client may have been told to refetch. */
  refetch?: boolean;
}

/** Violations named at most, of each kind. */
const SHOWN = 5;

/**
 * Everything that was promised and not kept, in words; empty if all is well. To be called when the load has stopped.
 */
export async function audit(system: System, load: Load, options: AuditOptions = {}): Promise<string[]> {
  const { staleness = 0, refetch = false } = options;
  const { journal, listeners } = load;
  const { log, products } = await readDatabase(system.postgres);
  const sockets = listeners.map((listener) => checkListener(listener, log));
  // What is for no general room may still be under way.
  await waitFor(() => listeners.every((listener) => checkListener(listener, log).length === 0), {
    timeoutMs: 3_000,
    what: 'the sockets',
  }).then(
    () => sockets.splice(0),
    () => sockets.splice(0, sockets.length, ...listeners.map((listener) => checkListener(listener, log))),
  );
  const found = [
    journal.wrong,
    checkLog(log, products),
    checkAcknowledged(journal, log),
    checkPrices(journal, log),
    ...sockets,
    journal.stale.filter(({ age }) => age > staleness).map((read) => `stale search: ${JSON.stringify(read)}`),
    refetch
      ? []
      : listeners.flatMap(({ refetches }) => refetches.map((reason) => `a socket was not recovered: ${reason}`)),
    ...(await Promise.all(system.running.map((instance) => checkApi(system, instance.url, log)))),
    ...(staleness > 0 ? [] : await Promise.all(system.running.map(({ url }) => checkAuditor(system, url)))),
  ];
  return found.flatMap((violations) =>
    violations.length > SHOWN ? [...violations.slice(0, SHOWN), `… and ${violations.length - SHOWN} more`] : violations,
  );
}

/** The product's own auditor has found nothing either. */
async function checkAuditor(system: System, url: string): Promise<string[]> {
  const { body } = await system.client.send<string>('GET', `${url}/metrics`);
  const found = Number(/^inventory_staleness_after_ack_total (\d+)$/m.exec(body)?.[1]);
  return found === 0 ? [] : [`the freshness auditor of ${url} has found ${found}`];
}

/** Every acknowledged write is in the log as it was acknowledged. */
function checkAcknowledged(journal: Journal, log: readonly LoggedEvent[]): string[] {
  const states = new Map<string, Product>();
  const deleted = new Set<string>();
  for (const { productId, version, eventType, product } of log.filter(isOfProduct)) {
    if (eventType === 'product_deleted') deleted.add(productId);
    else states.set(`${productId} ${version}`, product);
  }
  const lost = journal.acknowledged.flatMap(({ id, version, ...fields }) => {
    const state = states.get(`${id} ${version}`);
    if (!state) return [`acknowledged and not in the log: ${id} version ${version} ${JSON.stringify(fields)}`];
    const other = Object.entries(fields).filter(([name, value]) => state[name as keyof Product] !== value);
    return other.length > 0
      ? [`acknowledged as ${JSON.stringify(Object.fromEntries(other))}, logged as ${JSON.stringify(state)}`]
      : [];
  });
  return [
    ...lost,
    ...journal.deleted.filter((id) => !deleted.has(id)).map((id) => `acknowledged deletion of ${id} is not in the log`),
  ];
}

/** A write happens once or, if its outcome is unknown, at most once; one that was refused doesn't happen. */
function checkPrices(journal: Journal, log: readonly LoggedEvent[]): string[] {
  const ours = new Set(journal.acknowledged.map(({ id }) => id));
  const times = new Map<number, number>();
  for (const { productId, eventType, changes, product } of log.filter(isOfProduct)) {
    if (!ours.has(productId)) continue;
    if (eventType === 'product_created') times.set(product.basePrice, (times.get(product.basePrice) ?? 0) + 1);
    for (const { field, newValue } of changes) {
      if (field === 'basePrice') times.set(newValue as number, (times.get(newValue as number) ?? 0) + 1);
    }
  }
  return [...times].flatMap(([price, count]) => {
    if (journal.refusedPrices.has(price)) return [`price ${price} was refused and is in the log`];
    // Where a load begins all products have one price.
    if (count > 1 && price < 1_000_000 && !journal.retriedPrices.has(price))
      return [`price ${price} is in the log ${count} times`];
    return [];
  });
}

function checkListener({ stretches, room }: Listener, log: readonly LoggedEvent[]): string[] {
  const mine = log.filter((event) => isFor(room, event));
  return stretches.flatMap(({ from, seen }, index) => {
    const until = index === stretches.length - 1 ? log.length : (seen.at(-1)?.position ?? from);
    const expected = mine.filter(({ position }) => position > from && position <= until);
    const known = seen.filter(({ position }) => position <= until);
    const at = expected.findIndex(({ eventId }, place) => known[place]?.eventId !== eventId);
    if (at < 0 && known.length === expected.length) return [];
    const got = (at < 0 ? known.slice(expected.length) : known.slice(at)).slice(0, 3).map(({ position }) => position);
    const want = at < 0 ? 'nothing more' : `position ${expected[at]!.position}`;
    return [`socket in ${JSON.stringify(room)} after ${from}: wanted ${want}, got ${got.join(', ') || 'nothing'}`];
  });
}

function isFor(room: Room, event: Pick<InventoryEvent, 'vendorId' | 'category'>): boolean {
  if (room.type === 'vendor') return event.vendorId === room.vendorId;
  // What happens to a vendor itself is for its own room alone.
  if (event.category === null) return false;
  return room.type === 'general' || event.category === room.category;
}

/** The API of every instance tells the same log. */
async function checkApi({ client }: System, url: string, log: readonly LoggedEvent[]): Promise<string[]> {
  const ids: string[] = [];
  for (let after = 0; ids.length < log.length;) {
    const path = `/api/events?limit=1000&after=${after}`;
    const { status, body } = await client.send<{ events: InventoryEvent[]; nextAfter: number }>('GET', `${url}${path}`);
    if (status !== 200 || body.events.length === 0) return [`${url}${path}: ${status}, ${ids.length} of ${log.length}`];
    ids.push(...body.events.map(({ eventId }) => eventId));
    after = body.nextAfter;
  }
  const differs = log.findIndex(({ eventId }, index) => ids[index] !== eventId);
  return differs < 0 ? [] : [`${url}/api/events differs from the log at position ${differs + 1}`];
}
