export interface DatabaseHost {
  /** As it stands in the URL, with its port if it has one. */
  name: string;
  /** The whole URL with this host alone. */
  url: string;
}

/** Scheme, user and password; hosts; the rest. What stands before the last `@` is user and password. */
const PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/i;

/**
 * The servers of one database, as `libpq` writes them: `postgres://user@one:5432,two:5432/market`. A URL with one host
 * is a list of one, and so is what isn't a URL of PostgreSQL.
 */
export function hostsOf(url: string): DatabaseHost[] {
  const parts = PARTS.exec(url);
  const names = parts?.[2]?.split(',') ?? [];
  if (!parts || names.length < 2) return [{ name: names[0] ?? '', url }];
  return names.map((name) => ({ name, url: `${parts[1]!}${name}${parts[3]!}` }));
}
