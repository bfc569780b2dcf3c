import type { Statement } from '../../database/index.js';
import type { ConsumerSql } from '../runner/event-consumer.js';

/** The table of a build. */
export const tableOf = (table: string, build: number): string => `${table}_${build}`;

/** SQL with the tables of a build in the place of `{name}`. */
export function ofBuild(sql: string, tables: readonly string[], build: number): string {
  return sql.replace(/\{([a-z_]+)\}/g, (braces, name: string) =>
    tables.includes(name) ? tableOf(name, build) : braces,
  );
}

/** What a build's statements go through. */
export class BuildSql implements ConsumerSql {
  private readonly known = new Map<Statement, Statement>();

  constructor(
    private readonly sql: ConsumerSql,
    private readonly tables: readonly string[],
    private readonly build: number,
  ) {}

  query<Row extends object>(statement: Statement, values?: unknown[]): Promise<Row[]> {
    let own = this.known.get(statement);
    if (!own) {
      const { name, text } = statement;
      own = { name: `${name}:${this.build}`, text: ofBuild(text, this.tables, this.build) };
      this.known.set(statement, own);
    }
    return this.sql.query<Row>(own, values);
  }
}
