/**
 * SQL of a `jsonb` without nulls as `json` that is written as everywhere else: PostgreSQL writes a `jsonb` with a blank
 * after each comma and colon, also within a row that it makes JSON of.
 */
export const compactJson = (jsonb: string): string => `json_strip_nulls(${jsonb}::json)`;
