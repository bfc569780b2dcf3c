import { Injectable } from '@nestjs/common';
import type { AliasCandidate } from '../../../contracts/index.js';
import { SqlClient, textArray } from '../../../database/index.js';
import { spelledVendorId, vendorIdOfKey } from './market-id.js';
import { type MarketKey, marketKey, type MarketNames } from './market-key.js';
import { FIND_OTHER_MARKETS, FIND_STORED_MARKETS, KEEP_MARKET_KEYS, VENDORS_WITHOUT_KEY } from './markets.sql.js';

/** A market without a stored key, whose vendor mostly isn't there yet. */
export interface OtherMarket {
  vendorId: string;
  /** Vendors that a new market may be, which only an administrator can say. */
  candidates: AliasCandidate[];
}

/** The names of a market with the vendor that imports write its rows to. */
export type KnownMarket = MarketNames & { vendorId: string };

interface VendorWithoutKey extends MarketNames {
  id: string;
  createdAt: string;
}

/**
 * Which vendor a market is: the one that an administrator made it an alias of, else the one that imports have made of
 * it, under whatever spelling, else a new one, whose id is a function of the market's key.
 *
 * Only vendors that imports have made stand for a market by themselves, and by the names that they had then: many
 * traders deal at one market, and a vendor that renames itself must not be given the prices of another.
 */
@Injectable()
export class MarketVendors {
  constructor(private readonly sql: SqlClient) {}

  /** The vendors of markets whose keys are stored or that are aliases, one for each in order; changes nothing. */
  async findStored(markets: readonly MarketNames[]): Promise<(string | null)[]> {
    const keys = markets.map(marketKey);
    const rows = await this.sql.read<{ vendorId: string | null }>(FIND_STORED_MARKETS, [
      ...namesOf(keys),
      textArray(keys.map(({ district }) => district)),
    ]);
    return rows.map(({ vendorId }) => vendorId);
  }

  /** The same for markets that `findStored` has not found. */
  async findOthers(markets: readonly MarketNames[]): Promise<OtherMarket[]> {
    const keys = markets.map(marketKey);
    const newIds = keys.map(vendorIdOfKey);
    const rows = await this.sql.read<{ vendorId: string | null; candidates: AliasCandidate[] | null }>(
      FIND_OTHER_MARKETS,
      [...namesOf(keys), textArray(markets.map(spelledVendorId)), textArray(newIds)],
    );
    return rows.map(({ vendorId, candidates }, index) => ({
      vendorId: vendorId ?? newIds[index]!,
      candidates: candidates ?? [],
    }));
  }

  /** Stores the keys of vendors that lack them; returns how many. */
  async adopt(): Promise<number> {
    let adopted = 0;
    let after: Pick<VendorWithoutKey, 'createdAt' | 'id'> = { createdAt: '-infinity', id: '' };
    for (;;) {
      const vendors = await this.sql.query<VendorWithoutKey>(VENDORS_WITHOUT_KEY, [after.createdAt, after.id]);
      const last = vendors.at(-1);
      if (!last) return adopted;
      after = last;
      adopted += await this.keep(vendors.map(({ id, ...names }) => ({ ...names, vendorId: id })));
    }
  }

  /**
   * Stores the keys of markets that imports have made vendors of, unless the key is there. Passes over those whose rows
   * are another vendor's by an alias. Returns how many are new.
   */
  async keep(markets: readonly KnownMarket[]): Promise<number> {
    const vendors = new Map<string, { key: MarketKey; vendorId: string }>();
    for (const { vendorId, ...names } of markets) {
      const key = marketKey(names);
      const own = vendorId === vendorIdOfKey(key) || vendorId === spelledVendorId(names);
      const id = JSON.stringify(key);
      if (own && !vendors.has(id)) vendors.set(id, { key, vendorId });
    }
    if (vendors.size === 0) return 0;
    // One order for all, so that two imports can't deadlock.
    const sorted = [...vendors].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, vendor]) => vendor);
    const stored = sorted.map(({ key }) => key);
    const districts = textArray(stored.map(({ district }) => district));
    const ids = textArray(sorted.map(({ vendorId }) => vendorId));
    return (await this.sql.query(KEEP_MARKET_KEYS, [...namesOf(stored), districts, ids])).length;
  }
}

/** States and markets. */
const namesOf = (keys: readonly MarketKey[]): [string, string] => [
  textArray(keys.map(({ state }) => state)),
  textArray(keys.map(({ market }) => market)),
];
