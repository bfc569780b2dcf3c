import { Injectable } from '@nestjs/common';
import type { NewVendor, Vendor, VendorFields } from '../../contracts/index.js';
import { afterCommit, SqlClient } from '../../database/index.js';
import { Clock } from '../../infra/index.js';
import { scopesOfVendorCreation, scopesOfVendorUpdate, SearchCacheService } from '../../search-cache/index.js';
import { applyChanges, changesOf } from '../changes.js';
import { newVendorId } from '../ids.js';
import { type ExpectedVersion, isExpected, VersionMismatchError } from '../if-match.js';
import { vendorLexemes } from '../search/search-document.js';
import { type VendorEntity, vendorOf } from './vendor.entity.js';
import { checkNewVendor, checkVendorUpdates } from './vendor-rules.js';
import { VendorExistsError, VendorNotFoundError } from './vendor.errors.js';
import { ANY_VENDOR, INSERT_VENDORS, READ_VENDOR, UPDATE_VENDOR } from './vendors.sql.js';

@Injectable()
export class VendorService {
  constructor(
    private readonly sql: SqlClient,
    private readonly searchCache: SearchCacheService,
    private readonly clock: Clock,
  ) {}

  /** Throws `ValidationFailedError`, and `VendorExistsError` if the id is taken. */
  async create(data: NewVendor): Promise<Vendor> {
    checkNewVendor(data);
    const vendor = this.build(data);
    if ((await this.insert([vendor])).size === 0) throw new VendorExistsError(vendor.id);
    return vendor;
  }

  /** Creates those of the given ids that don't exist yet, and returns their ids. */
  ensure(data: readonly (NewVendor & { id: string })[]): Promise<Set<string>> {
    return this.insert(data.map((one) => this.build(one)));
  }

  /** Throws `VendorNotFoundError`. */
  async get(id: string): Promise<Vendor> {
    const [row] = await this.sql.read<VendorEntity>(READ_VENDOR, [id]);
    if (!row) throw new VendorNotFoundError(id);
    return vendorOf(row);
  }

  /**
   * Returns the vendor as it is now, with an unchanged version if nothing differs.
   * Throws `ValidationFailedError`, `VendorNotFoundError`, and `VersionMismatchError` if `expected` isn't current.
   */
  async update(id: string, updates: Partial<VendorFields>, expected?: ExpectedVersion): Promise<Vendor> {
    checkVendorUpdates(updates);
    for (;;) {
      const vendor = await this.get(id);
      if (!isExpected(expected, vendor.version)) throw new VersionMismatchError(expected!, vendor.version);
      const changes = changesOf<VendorFields>(vendor, updates);
      if (changes.length === 0) return vendor;
      const next = applyChanges(vendor, changes, { version: vendor.version + 1, updatedAt: this.now() });
      const scopes = scopesOfVendorUpdate(vendor, next);
      const done = await this.sql.query(UPDATE_VENDOR, [rows([next]), vendor.version, scopes]);
      if (done.length === 0) continue;
      await afterCommit(() => this.searchCache.vendorsChanged(scopes));
      return next;
    }
  }

  async isEmpty(): Promise<boolean> {
    return (await this.sql.query(ANY_VENDOR)).length === 0;
  }

  private build(data: NewVendor): Vendor {
    const now = this.now();
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

  private async insert(vendors: readonly Vendor[]): Promise<Set<string>> {
    const scopes = scopesOfVendorCreation();
    const inserted = await this.sql.query<{ id: string }>(INSERT_VENDORS, [rows(vendors), scopes]);
    this.sql.rowsInserted(inserted.length);
    if (inserted.length > 0) await afterCommit(() => this.searchCache.vendorsChanged(scopes));
    return new Set(inserted.map(({ id }) => id));
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

function rows(vendors: readonly Vendor[]): string {
  return JSON.stringify(vendors.map((vendor) => ({ ...vendor, search: vendorLexemes(vendor) })));
}
