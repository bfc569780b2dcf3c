import { type Principal, principalKey } from '../contracts/index.js';
import { RateLimitError } from './rate-limit.error.js';
import type { Quota } from './quota.js';

/**
 * Items of bulk requests a minute, of each vendor's principal: one request may have a thousand, each of which is an
 * event in the log, so a limit of requests alone lets one token write megabytes a second. Admins are exempt, and so are
 * imports, which are theirs.
 */
export class ItemQuota {
  /** @param quota null: no limit */
  constructor(private readonly quota: Quota | null) {}

  /**
   * Takes the items of one request off. A request is served as long as anything is left, so that the largest one always
   * fits into a fresh minute: more than the limit is done by one request at most.
   *
   * @throws RateLimitError
   */
  async take(by: Principal, items: number): Promise<void> {
    if (this.quota === null || by.role === 'admin' || items === 0) return;
    const { granted, endsIn } = await this.quota.draw(principalKey(by), items);
    if (granted === 0) throw new RateLimitError(Math.max(1, Math.ceil(endsIn / 1_000)), 'Too many items at a time');
  }
}
