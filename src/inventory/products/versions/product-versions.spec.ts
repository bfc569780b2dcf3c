import { describe, expect, it } from '@jest/globals';
import { anEvent, aProduct } from '../../../../test/support/events.js';
import type { ProjectionContext } from '../../../consumers/index.js';
import { ProductVersions } from './product-versions.js';
import { INSERT_PRODUCTS, INSERT_TEXTS, KNOWN_TEXTS } from './product-versions.sql.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('ProductVersions', () => {
  const versions = new ProductVersions();
  const inserted = new Set<string>();
  let asked: string[];

  /** Answers with the ids of texts that are there, as PostgreSQL writes UUIDs. */
  const sql: ProjectionContext['sql'] = {
    query: <Row extends object>({ name }: { name: string }, values: unknown[] = []): Promise<Row[]> => {
      asked.push(name);
      if (name === INSERT_TEXTS.name) {
        for (const { id } of JSON.parse(values[0] as string) as { id: string }[]) inserted.add(id);
      }
      const known = name === KNOWN_TEXTS.name ? (values[0] as string[]).filter((id) => inserted.has(id)) : [];
      return Promise.resolve(known.map((id) => ({ id })) as Row[]);
    },
  };
  const change = async (version: number, name = 'Onion'): Promise<void> => {
    asked = [];
    const product = aProduct({ version, name, basePrice: 20 + version });
    await versions.apply([anEvent({ position: version, version, product })], { sql, build: {} });
  };

  it('makes the words of texts once, however often their products change', async () => {
    await change(1);
    expect(asked).toContain(INSERT_TEXTS.name);
    expect([...inserted]).toEqual([expect.stringMatching(UUID)]);
    await change(2);
    expect(asked).toContain(INSERT_PRODUCTS.name);
    expect(asked).not.toContain(INSERT_TEXTS.name);
    await change(3, 'Red onion');
    expect(asked).toContain(INSERT_TEXTS.name);
  });
});
