import type { EventActor } from './inventory-event.js';

/**
 * Who asks, as a verified token says. A vendor may change its own inventory only, a service may consume events and
 * nothing else.
 */
export type Principal =
  | { role: 'admin'; subject: string }
  | { role: 'vendor'; vendorId: string; subject: string }
  | { role: 'service'; subject: string };

/**
 * One string per principal, for limits and keys. Ids of vendors may have colons, and subjects, too, so that of an id is
 * written otherwise; those without have the keys that are stored.
 */
export function principalKey(principal: Principal | null): string {
  if (principal === null) return 'anonymous';
  return principal.role === 'vendor'
    ? `vendor:${principal.vendorId.replaceAll(':', '%3A')}:${principal.subject}`
    : `${principal.role}:${principal.subject}`;
}

/** Whom the events of a change name; without a principal it is code in the process, which calls the services itself. */
export function actorOf(by: Principal | undefined): EventActor {
  if (by?.role === 'service') throw new Error('A service changes nothing');
  return by ? { kind: by.role, id: by.subject } : { kind: 'library', id: 'library' };
}
