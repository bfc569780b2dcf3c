import type { Principal } from '../contracts/index.js';
import { ForbiddenError } from './access.errors.js';

/**
 * The vendor whose inventory a caller is confined to; undefined: none. Code that calls the services itself is trusted;
 * services are let into no route that changes anything.
 */
export function vendorScopeOf(by: Principal | undefined): string | undefined {
  return by?.role === 'vendor' ? by.vendorId : undefined;
}

/** Throws `ForbiddenError` if the caller may not change what belongs to this vendor. */
export function requireOwner(owner: string | undefined, vendorId: string): void {
  if (owner !== undefined && owner !== vendorId) throw new ForbiddenError('This belongs to another vendor');
}
