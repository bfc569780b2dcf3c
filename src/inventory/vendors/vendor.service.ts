import { Injectable } from '@nestjs/common';
import type { NewVendor, NewVendorEvent, Vendor, VendorFields } from '../../contracts/index.js';
import { CONNECT_TIMEOUT, currentTransaction, SqlClient } from '../../database/index.js';
import { AwaitOthers, type CommittedEvents, EventCommitter, eventRows } from '../../events/index.js';
import { FairSlots } from '../../infra/index.js';
import { applyChanges, changesOf } from '../changes.js';
import { type Caller, EventOrigin, writeOrigin } from '../event-origin.js';
import { newVendorId } from '../ids.js';
import { type ExpectedVersion, isExpected, VersionMismatchError } from '../if-match.js';
import { vendorLexemes } from '../text/search-document.js';
import { eventOfVendorCreation, eventOfVendorUpdate } from './vendor-events.js';
import { type VendorEntity, vendorOf } from './vendor.entity.js';
import { checkNewVendor, checkVendorUpdates } from './vendor-rules.js';
import { VendorExistsError, VendorNotFoundError } from './vendor.errors.js';
import { ANY_VENDOR, INSERT_VENDORS, READ_VENDOR, UPDATE_VENDOR } from './vendors.sql.js';

/**
 * Updates at once: each holds a connection of those for everything, up to 5 s if another session has locked the vendor.
 * Those of one vendor could do nothing but wait for each other.
 */
const UPDATES = { most: 3, ofOne: 1, within: CONNECT_TIMEOUT, waiting: 500 };

export interface VendorUpdateOptions extends Caller {
  /** The version the change is meant for; `VersionMismatchError` if there is another. */
  expectedVersion?: ExpectedVersion | undefined;
}

/** Ids of the vendors that a statement has made. */
interface CreatedVendors extends CommittedEvents {
  ids: Set<string>;
}

/**
 * Vendors are changed one statement at a time, together with their events, through the same door as products
 * (`EventCommitter`): what it promises holds for them as well.
 */
@Injectable()
export class VendorService {
  private readonly slots = new FairSlots(UPDATES, 'Too many vendors are being changed at once');

  constructor(
    private readonly sql: SqlClient,
    private readonly committer: EventCommitter,
    private readonly origin: EventOrigin,
    private readonly others: AwaitOthers,
  ) {}

  /** Throws `ValidationFailedError`, and `VendorExistsError` if the id is taken. */
  async create(data: NewVendor, caller: Caller = {}): Promise<Vendor> {
    checkNewVendor(data);
    const [vendor] = (await this.insert([data], caller)).created;
    if (!vendor) throw new VendorExistsError(data.id!);
    return vendor;
  }

  /** Creates those of the given ids that don't exist yet, and returns their ids. */
  async ensure(data: readonly (NewVendor & { id: string })[], caller: Caller = {}): Promise<Set<string>> {
    return (await this.insert(data, caller)).ids;
  }

  /** Throws `VendorNotFoundError`. */
  async get(id: string): Promise<Vendor> {
    const [row] = await this.sql.read<VendorEntity>(READ_VENDOR, [id]);
    if (!row) throw new VendorNotFoundError(id);
    return vendorOf(row);
  }

  /**
   * Returns the vendor as it is now, with an unchanged version if nothing differs.
   * Throws `ValidationFailedError`, `VendorNotFoundError`, and `VersionMismatchError` if `expectedVersion` isn't
   * current.
   */
  async update(id: string, updates: Partial<VendorFields>, options: VendorUpdateOptions = {}): Promise<Vendor> {
    checkVendorUpdates(updates);
    const origin = writeOrigin(options);
    const { expectedVersion } = options;
    for (;;) {
      const vendor = await this.get(id);
      if (!isExpected(expectedVersion, vendor.version))
        throw new VersionMismatchError(expectedVersion!, vendor.version);
      const changes = changesOf<VendorFields>(vendor, updates);
      if (changes.length === 0) {
        await this.others.announced([vendor]);
        return vendor;
      }
      const now = this.origin.now();
      const next = applyChanges(vendor, changes, { version: vendor.version + 1, updatedAt: now.occurredAt });
      const event = eventOfVendorUpdate(next, changes, { ...origin, ...now });
      // Else another writer was faster.
      if (await this.commitUpdate(next, vendor.version, event)) return next;
    }
  }

  /** @returns false if the vendor has another version by now */
  private async commitUpdate(next: Vendor, expectedVersion: number, event: NewVendorEvent): Promise<boolean> {
    // A transaction of the caller has its connection already.
    const giveBack = currentTransaction() ? null : await this.slots.take(next.id);
    try {
      const { events } = await this.committer.commit({
        sql: { append: UPDATE_VENDOR },
        values: [rowsOf([next]), expectedVersion, eventRows([event])],
        eventIds: [event.eventId],
        resultOf: (rows) => ({ events: rows.map(() => event) }),
      });
      return events.length === 1;
    } finally {
      giveBack?.();
    }
  }

  async isEmpty(): Promise<boolean> {
    return (await this.sql.query(ANY_VENDOR)).length === 0;
  }

  /** Those that exist are left as they are. */
  private async insert(data: readonly NewVendor[], caller: Caller): Promise<{ ids: Set<string>; created: Vendor[] }> {
    const context = { ...writeOrigin(caller), ...this.origin.now() };
    const byId = new Map(data.map((one) => newVendor(one, context.occurredAt)).map((vendor) => [vendor.id, vendor]));
    const vendors = [...byId.values()];
    const events = vendors.map((vendor) => eventOfVendorCreation(vendor, context));
    const { ids } = await this.committer.commit<{ id: string }, CreatedVendors>({
      sql: { append: INSERT_VENDORS },
      values: [rowsOf(vendors), eventRows(events)],
      eventIds: events.map(({ eventId }) => eventId),
      resultOf: (rows) => {
        const made = new Set(rows.map(({ id }) => id));
        return { ids: made, events: events.filter(({ vendorId }) => made.has(vendorId)) };
      },
    });
    this.sql.rowsInserted(ids.size);
    return { ids, created: vendors.filter(({ id }) => ids.has(id)) };
  }
}

function newVendor(data: NewVendor, now: string): Vendor {
  return {
    id: data.id ?? newVendorId(),
    name: data.name,
    names: data.names ?? {},
    market: data.market ?? null,
    district: data.district ?? null,
    state: data.state ?? null,
    languages: data.languages ?? [],
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

function rowsOf(vendors: readonly Vendor[]): string {
  return JSON.stringify(vendors.map((vendor) => ({ ...vendor, search: vendorLexemes(vendor) })));
}
