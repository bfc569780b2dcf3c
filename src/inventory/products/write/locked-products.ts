import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { sessionsText, SqlClient } from '../../../database/index.js';
import { Metrics, UnavailableError } from '../../../infra/index.js';
import { FIND_HOLDERS, FIND_LOCKED, type LockedProduct, type LockHolder } from './locked-products.sql.js';
import type { ProductCommand } from './product-command.js';

/**
 * Milliseconds that a write waits for its product: as long as a statement does that waits in PostgreSQL
 * (`SERVER_LIMITS`).
 */
export const LOCK_WAIT = 5_000;
/**
 * Milliseconds after a batch met a lock for which each one is looked at before it is sent. A product that stays locked
 * needs no looking for: its writes are held back.
 */
const SUSPECT_FOR = 1_000;
/** Milliseconds between two looks for those who keep products locked, and between two warnings of the same ones. */
const LOOK_EVERY = 1_000;
const WARN_EVERY = 60_000;
/** Milliseconds after which a statement that meets a lock is surely seen waiting for it. */
const SURELY_WAITS = 100;

/** How a batch meets a product that another session keeps locked. */
export type OnLock =
  /** Waits: in a transaction of the caller, which holds up no other caller. */
  | 'wait'
  /** Leaves its writes out, since the others of the batcher wait for the batch. */
  | 'hold back'
  /** The same for writes that were held back. Not over the leader's connections, on which all its batchers wait. */
  | 'held back';

/** The write has not been done. */
export class ProductLockedError extends UnavailableError {
  constructor() {
    super('Another session of the database keeps the product locked');
  }
}

/** Products that other sessions (an import, a forgotten console) keep locked. */
@Injectable()
export class LockedProducts {
  private readonly logger = new Logger(LockedProducts.name);
  private readonly heldBack = this.metrics.counter(
    'inventory_writes_held_back_total',
    'Writes that waited by themselves, since another session kept their product locked.',
  );
  private metAt = -Infinity;
  private lookedAt = -Infinity;
  private warned = { of: '', at: -Infinity };

  constructor(
    private readonly sql: SqlClient,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Whether a lock was met a short while ago. Then it is cheaper to ask which products of a batch are locked than to
   * have all of them wait for one.
   */
  get suspected(): boolean {
    return performance.now() - this.metAt < SUSPECT_FOR;
  }

  /**
   * Which of the commands are about a product that is there, and locked. They are to be held back, or have been
   * (`onLock`).
   */
  async among(commands: readonly ProductCommand[], onLock: OnLock): Promise<ReadonlySet<ProductCommand>> {
    const ids: string[] = [];
    const skus: [vendorId: string, sku: string][] = [];
    for (const command of commands) {
      if (command.kind === 'update' || command.kind === 'delete') ids.push(command.id);
      else skus.push(skuOf(command));
    }
    const values = [ids, skus.map(([vendorId]) => vendorId), skus.map(([, sku]) => sku)];
    const rows = await this.sql.query<LockedProduct>(FIND_LOCKED, values);
    if (rows.length === 0) return new Set();
    if (onLock !== 'held back') this.metAt = performance.now();
    const locked = new Set(rows.flatMap(({ id, vendorId, sku }) => [id, `${vendorId} ${sku}`]));
    return new Set(
      commands.filter((command) =>
        command.kind === 'update' || command.kind === 'delete'
          ? locked.has(command.id)
          : locked.has(skuOf(command).join(' ')),
      ),
    );
  }

  countHeldBack(): void {
    this.heldBack.inc();
  }

  /** For writes that are about to wait once more: names in the log who keeps their products locked. */
  async warn(): Promise<void> {
    const now = performance.now();
    if (now - this.lookedAt < LOOK_EVERY) return;
    this.lookedAt = now;
    try {
      await sleep(SURELY_WAITS, undefined, { ref: false });
      const holders = await this.sql.query<LockHolder>(FIND_HOLDERS);
      const of = holders.map(({ pid }) => String(pid)).join();
      if (of === '' || (of === this.warned.of && now - this.warned.at < WARN_EVERY)) return;
      this.warned = { of, at: now };
      this.logger.warn(`Writes wait for products that other sessions keep locked: ${sessionsText(holders)}`);
    } catch (error) {
      this.logger.debug(error);
    }
  }
}

function skuOf(
  command: Extract<ProductCommand, { kind: 'create' | 'upsert' | 'report' }>,
): [vendorId: string, sku: string] {
  const { vendorId, sku } = command.kind === 'create' ? command.data : command;
  // No product has an empty one: a sku is made up.
  return [vendorId, sku ?? ''];
}
