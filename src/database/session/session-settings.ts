/** Values of PostgreSQL's settings by name, as they are written in SQL. */
export type Settings = Readonly<Record<string, string>>;

/** Ways of the planner that the product's statements have been planned and tested with. */
const PLANNER_WAYS = [
  'bitmapscan',
  'hashagg',
  'hashjoin',
  'incremental_sort',
  'indexonlyscan',
  'indexscan',
  'material',
  'memoize',
  'mergejoin',
  'nestloop',
  'seqscan',
  'sort',
].map((way) => [`enable_${way}`, 'on'] as const);

/**
 * What the product's statements rely on, set for every session whatever `ALTER DATABASE`, `ALTER ROLE` or
 * postgresql.conf say.
 * All of these any role may set. What depends on the machine (`work_mem`, `random_page_cost`, parallel workers) or is a
 * decision of the owner (`synchronous_commit`, `default_transaction_read_only`) is left alone; `checkDatabase` looks
 * at it.
 */
export const RELIED_ON: Settings = {
  // Texts of values that are read back.
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // Meaning of statements. `array_nulls`: off makes the text NULL of a NULL in the arrays that batches of writes are
  // sent as.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // A bound here would leave products out of searches.
  gin_fuzzy_search_limit: '0',
  // The write path's guards expect to see what others have committed; under a stricter level they fail instead.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Pooled connections are idle for as long as nothing is asked.
  idle_session_timeout: '0',
  // A page takes milliseconds; to compile its plan takes a tenth of a second and more.
  jit: 'off',
  plan_cache_mode: 'auto',
  from_collapse_limit: '8',
  join_collapse_limit: '8',
  geqo: 'on',
  geqo_threshold: '12',
  ...Object.fromEntries(PLANNER_WAYS),
};

/** The same, but unknown to some of the versions that the product runs on. */
export const RELIED_ON_IF_KNOWN: Settings = {
  transaction_timeout: '0',
  enable_group_by_reordering: 'on',
  enable_presorted_aggregate: 'on',
  enable_distinct_reordering: 'on',
  enable_self_join_elimination: 'on',
};

/** The `options` of a startup packet that set them; of a setting that is named twice the last one counts. */
export function startupOptions(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

/** A statement that sets them for the session it is sent on. */
export function setSettings(settings: Settings): string {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  // `standard_conforming_strings` is set before any value is parsed that could have a backslash.
  const calls = Object.entries(settings).map(
    ([name, value]) => `set_config(${literal(name)}, ${literal(value)}, false)`,
  );
  return `SET standard_conforming_strings = on; SELECT ${calls.join(', ')}`;
}
