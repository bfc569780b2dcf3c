import { DataSource } from 'typeorm';
import type { AuditedEvent, InventoryEvent, Page, ProductEvent } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';

/** All events of one product, in order. */
export async function historyOf(app: TestApp, productId: string): Promise<ProductEvent[]> {
  const { body } = await app.request<{ events: ProductEvent[] }>(
    'GET',
    `/api/products/${productId}/history?limit=1000`,
  );
  return body.events;
}

/** Events of the log, at most 1,000, as rooms and subscribers are given them: without actors. */
export async function readLog(app: TestApp, query = ''): Promise<InventoryEvent[]> {
  const { body } = await app.request<{ events: AuditedEvent[] }>('GET', `/api/events?limit=1000${query}`);
  return body.events.map(({ actor: _actor, ...event }) => event);
}

/** The whole log, page by page, in the same way. */
export async function wholeLog(app: TestApp): Promise<InventoryEvent[]> {
  const events: InventoryEvent[] = [];
  for (;;) {
    const page = await readLog(app, `&after=${events.at(-1)?.position ?? 0}`);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** All pages of a search, one after the other; `between` runs after each of them. */
export async function walk<Item>(
  app: TestApp,
  path: string,
  between: (page: Page<Item>) => void | Promise<void> = () => undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const separator = path.includes('?') ? '&' : '?';
    const next: string = cursor === '' ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await app.request<Page<Item>>('GET', next);
    if (status !== 200) throw new Error(`${next}: ${JSON.stringify(body)}`);
    items.push(...body.items);
    await between(body);
    cursor = body.nextCursor;
  }
  return items;
}

/** A digest of all that is stored: equal before and after means that nothing was written. */
export async function storedDigest(app: TestApp): Promise<string> {
  const [row] = await app.app.get(DataSource).query<{ digest: string }[]>(`
    SELECT concat_ws(' ',
      (SELECT md5(string_agg(v::text, '|' ORDER BY id)) FROM vendors v),
      (SELECT md5(string_agg(p::text, '|' ORDER BY id)) FROM products p),
      (SELECT md5(string_agg(event_id::text, '|' ORDER BY seq)) FROM inventory_events)) AS digest`);
  return row!.digest;
}
