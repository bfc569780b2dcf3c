import 'reflect-metadata';
import type { ConsumerFilter, InventoryEvent } from '../../contracts/index.js';
import type { ConsumerSql } from '../runner/event-consumer.js';

export interface ProjectionOptions extends Pick<ConsumerFilter, 'eventTypes'> {
  /** Letters, digits, `_`, `-`. */
  name: string;
  /** Raised with every change of the tables or of what is in them; the tables are then built anew. */
  version: number;
  /** Names under which its tables are read; each is a view of the table of the build that is live. */
  tables: readonly string[];
  /**
   * Makes the tables of a build, and their indexes, which are best left without names: `{name}` stands for a table of
   * the build. Run in one transaction.
   */
  create: readonly string[];
  /**
   * How tables of versions before are read by readers of this one, until its own are built: by version, the `SELECT` of
   * each view that shows more than its table; `{name}` stands for a table of that version. Of versions that aren't here
   * the views show what there is.
   */
  older?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  /** How the rows of tables are made from the log at once: what `npm run verify` compares them with. */
  recompute: Readonly<Record<string, Recomputation>>;
}

export interface Recomputation {
  /** Columns that are compared, in SQL. */
  columns: string;
  /**
   * `SELECT` of these columns from `projected_log`: the events up to the position of the tables, with the columns of
   * `inventory_events`; or from another table of the build, as `{table}`, that is compared with the log itself.
   */
  rows: string;
  /** SQL of which rows of the table are compared; by default all. */
  where?: string;
}

export interface ProjectionContext {
  /**
   * The transaction of the checkpoint. In a statement, `{table}` stands for a table of the build that is filled; the
   * statement's name must be unique to its text. Nothing that is asked in another way is part of it.
   */
  sql: ConsumerSql;
  /** Stands for the build that is filled: what is remembered of its tables is remembered by it. */
  build: object;
}

/** A provider with `@Projection`. */
export interface ProjectionHandler {
  /**
   * Brings the tables from one position to another: up to 500 events in order, committed with the position. If it
   * throws, nothing has happened, and the same events come again until it doesn't.
   */
  apply: (events: readonly InventoryEvent[], context: ProjectionContext) => Promise<void>;
  /** What else the rows depend on, such as a version of a glossary; another basis is built anew at the start. */
  basis?: () => Promise<string>;
}

const PROJECTION = Symbol('projection');

/**
 * Makes a provider of any module a projection: tables that hold nothing but what the log says up to a position, which
 * is found when the application starts:
 *
 *     @Injectable()
 *     @Projection({
 *       name: 'price-counts',
 *       version: 1,
 *       tables: ['price_counts'],
 *       create: ['CREATE TABLE {price_counts} (product_id text PRIMARY KEY, changes integer NOT NULL)'],
 *       recompute: {
 *         price_counts: {
 *           columns: 'product_id, changes',
 *           rows: `SELECT product_id, count(*)::integer FROM projected_log
 *                  WHERE event_type = 'price_changed' GROUP BY 1`,
 *         },
 *       },
 *       eventTypes: ['price_changed'],
 *     })
 *     export class PriceCounts implements ProjectionHandler {
 *       async apply(events: readonly InventoryEvent[], { sql }: ProjectionContext): Promise<void> {
 *         await sql.query(COUNT, [events.map(({ productId }) => productId)]);
 *       }
 *     }
 *
 * One instance at a time feeds it, all events in order. Readers read `price_counts`, a view of the live build.
 * With another version (or basis) the tables are built anew beside the live ones, from position 1 on, and swapped in
 * one transaction when they have caught up. Until then the live ones serve, through views that `older` may give what
 * readers of this version need; those of another version stay where they are, unless an instance of that version runs.
 */
export const Projection =
  (options: ProjectionOptions) =>
  (handler: abstract new (...args: never[]) => ProjectionHandler): void => {
    Reflect.defineMetadata(PROJECTION, options, handler);
  };

export function projectionOptionsOf(handler: object): ProjectionOptions | undefined {
  return Reflect.getMetadata(PROJECTION, handler) as ProjectionOptions | undefined;
}
