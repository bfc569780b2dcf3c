/** Who asks, as a verified token says. A vendor may change its own inventory only. */
export type Principal = { role: 'admin'; subject: string } | { role: 'vendor'; vendorId: string; subject: string };

/** One string per principal, for limits and keys. */
export function principalKey(principal: Principal | null): string {
  if (principal === null) return 'anonymous';
  return principal.role === 'vendor'
    ? `vendor:${principal.vendorId}:${principal.subject}`
    : `admin:${principal.subject}`;
}
