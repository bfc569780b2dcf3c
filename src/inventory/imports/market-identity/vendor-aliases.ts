import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { VendorAlias, VendorAliasNames } from '../../../contracts/index.js';
import { SqlClient } from '../../../database/index.js';
import { Clock } from '../../../infra/index.js';
import { VendorService } from '../../vendors/vendor.service.js';
import { marketKey } from './market-key.js';
import { VendorAliasEntity } from './vendor-alias.entity.js';
import { AliasTakenError } from './vendor-alias.errors.js';
import { DELETE_ALIAS, INSERT_ALIAS, READ_ALIAS } from './vendor-aliases.sql.js';

/**
 * Other names under which imports mean a vendor. They count for imports that begin later; products that earlier imports
 * have made stay with the vendors that have them.
 *
 * What may be in the transaction of an `Idempotency-Key` goes through `SqlClient`; the repository, which has
 * connections of its own, only reads.
 */
@Injectable()
export class VendorAliases {
  constructor(
    @InjectRepository(VendorAliasEntity) private readonly aliases: Repository<VendorAliasEntity>,
    private readonly vendors: VendorService,
    private readonly sql: SqlClient,
    private readonly clock: Clock,
  ) {}

  /** The eldest first. Throws `VendorNotFoundError`. */
  async of(vendorId: string): Promise<VendorAlias[]> {
    await this.vendors.get(vendorId);
    const order = { createdAt: 'ASC', stateKey: 'ASC', marketKey: 'ASC', districtKey: 'ASC' } as const;
    return (await this.aliases.find({ where: { vendorId }, order })).map(aliasOf);
  }

  /**
   * Does nothing to an alias of this vendor that is there, whatever its spelling.
   * Throws `VendorNotFoundError`, and `AliasTakenError` if it is one of another vendor.
   */
  async add(vendorId: string, names: VendorAliasNames): Promise<{ alias: VendorAlias; added: boolean }> {
    await this.vendors.get(vendorId);
    const created = { ...tidy(names), createdAt: new Date(this.clock.now()) };
    const key = keyOf(created);
    for (;;) {
      const { state, district, market, createdAt } = created;
      const values = [...key, vendorId, state, district, market, createdAt];
      if ((await this.sql.query(INSERT_ALIAS, values)).length > 0) return { alias: aliasOf(created), added: true };
      const [found] = await this.sql.query<VendorAliasEntity>(READ_ALIAS, key);
      if (found?.vendorId === vendorId) return { alias: aliasOf(found), added: false };
      // Unless it has gone again meanwhile.
      if (found) throw new AliasTakenError(found.vendorId);
    }
  }

  /** Does nothing if it isn't one of this vendor. Throws `VendorNotFoundError`. */
  async remove(vendorId: string, names: VendorAliasNames): Promise<void> {
    await this.vendors.get(vendorId);
    await this.sql.query(DELETE_ALIAS, [...keyOf(tidy(names)), vendorId]);
  }
}

type Tidied = Pick<VendorAliasEntity, 'state' | 'district' | 'market'>;

const tidied = (name: string): string => name.trim().normalize('NFC');
const tidy = ({ state, district, market }: VendorAliasNames): Tidied => ({
  state: tidied(state),
  district: district == null ? null : tidied(district),
  market: tidied(market),
});

function keyOf({ state, district, market }: Tidied): string[] {
  const key = marketKey({ state, district: district ?? '', market });
  return [key.state, key.market, key.district];
}

function aliasOf({ state, district, market, createdAt }: Tidied & { createdAt: Date }): VendorAlias {
  return { state, district, market, createdAt: createdAt.toISOString() };
}
