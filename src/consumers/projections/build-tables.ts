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

/** A build's statements. */
export class BuildStatements {
  private readonly known = new Map<Statement, Statement>();

  constructor(
    private readonly tables: readonly string[],
    private readonly build: number,
  ) {}

  /** What they go through in a transaction. */
  through(sql: ConsumerSql): ConsumerSql {
    return { query: (statement, values) => sql.query(this.ofBuild(statement), values) };
  }

  private ofBuild(statement: Statement): Statement {
    let own = this.known.get(statement);
    if (!own) {
      const { name, text } = statement;
      own = { name: `${name}:${this.build}`, text: ofBuild(text, this.tables, this.build) };
      this.known.set(statement, own);
    }
    return own;
  }
}
