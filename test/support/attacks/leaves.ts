import type { Schema } from '../../../src/openapi/types.js';
import { resolve } from '../openapi/document.js';

type Key = string | number;

/** A place in a body where a value stands, or the name of one. */
export interface Leaf {
  path: readonly Key[];
  schema: Schema;
  /** The attacker chooses the field's name there, not its value. */
  isName: boolean;
}

/**
 * Every place of a body that holds a plain value, in lists and maps too; what is added to a schema is found by itself.
 */
export function leavesOf(unresolved: Schema, path: readonly Key[] = []): Leaf[] {
  const schema = resolve<Schema>(unresolved);
  const {
    properties = {},
    additionalProperties,
    items,
  } = schema as {
    properties?: Record<string, Schema>;
    additionalProperties?: Schema | boolean;
    items?: Schema;
  };
  const inside = Object.entries(properties).flatMap(([name, one]) => leavesOf(one, [...path, name]));
  if (items) return leavesOf(items, [...path, 0]);
  if (typeof additionalProperties === 'object') {
    return [...leavesOf(additionalProperties, [...path, 'hi']), { path, schema, isName: true }];
  }
  return 'properties' in schema ? inside : [{ path, schema, isName: false }];
}

/** The body with `value` at the leaf's place. */
export function withLeaf(body: unknown, { path, isName }: Leaf, value: string): unknown {
  const full = isName ? [...path, value] : path;
  // The body itself is the value.
  if (full.length === 0) return JSON.stringify(value);
  const root = structuredClone(body) as Record<Key, unknown>;
  full.reduce<Record<Key, unknown>>((at, key, index) => {
    const isLast = index === full.length - 1;
    // Defined, since an assignment to `__proto__` makes no field.
    if (isLast)
      Object.defineProperty(at, key, {
        value: isName ? 'x' : value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else at[key] ??= typeof full[index + 1] === 'number' ? [] : {};
    return at[key] as Record<Key, unknown>;
  }, root);
  return root;
}

export function valueAt(body: unknown, path: readonly Key[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<Key, unknown> | undefined)?.[key], body);
}
