import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Statement } from '../../../database/index.js';

/** Collects conditions and their parameters, so that no value ever gets into the text of a statement. */
export class SqlBuilder {
  readonly values: unknown[] = [];
  readonly conditions: string[] = [];

  /** @returns the placeholder, such as `$3` */
  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Adds a condition if its value is given. */
  when<Value>(value: Value | undefined, condition: (placeholder: string) => string): this {
    if (value !== undefined) this.conditions.push(condition(this.bind(value)));
    return this;
  }

  where(condition: string): this {
    this.conditions.push(condition);
    return this;
  }
}

/** Of the statements in use: there are a few hundred combinations of filters at most. */
const names = new LRUCache<string, string>({ max: 1_000 });

/** The same combination of filters has the same text, so each is parsed once per connection. */
export function named(prefix: string, text: string): Statement {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `${prefix}:${hash('sha1', text, 'hex').slice(0, 12)}`));
  return { name, text };
}
