import { ValidationFailedError } from '../../infra/index.js';

export const etagOf = ({ version }: { version: number }): string => `"${version}"`;

/** The version an `If-Match` header asks for; absent or `*` means any. */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch.trim());
  if (match) return Number(match[1]);
  throw new ValidationFailedError([{ field: 'If-Match', message: 'must be a version such as "3"' }]);
}
