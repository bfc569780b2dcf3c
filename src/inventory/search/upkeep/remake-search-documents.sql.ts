import type { Statement } from '../../../database/index.js';

/** The tables that have search documents, and what these are made of. */
const COLUMNS = {
  products: 'name, names, description, category, variety, grade',
  vendors: 'name, names, market, district, state',
} as const;

export type Documented = keyof typeof COLUMNS;

/** `$2` rows at most with ids above `$1`, in order. */
export const readDocumented = (table: Documented): Statement => ({
  name: `read-documented-${table}`,
  text: `SELECT id, version, ${COLUMNS[table]} FROM ${table} WHERE id > $1 ORDER BY id LIMIT $2`,
});

/**
 * Gives rows the documents of `$1`, `[{id, version, search}]`. A row that is being written, or has been since it was
 * read, is left alone, so no writer waits for longer than this statement takes. `looked`: how many were not;
 * `remade`: how many had another document.
 */
export const remakeDocuments = (table: Documented): Statement => ({
  name: `remake-documents-${table}`,
  text: `
    WITH document AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS d (id text, version integer, search text[])
    ), free AS MATERIALIZED (
      SELECT t.id FROM ${table} t JOIN document d ON t.id = d.id AND t.version = d.version
      ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
    ), remade AS (
      UPDATE ${table} t SET search = array_to_tsvector(d.search) FROM free JOIN document d USING (id)
      WHERE t.id = free.id AND t.search <> array_to_tsvector(d.search)
      RETURNING t.id
    )
    SELECT (SELECT count(*) FROM free)::integer AS looked, (SELECT count(*) FROM remade)::integer AS remade`,
});

export const READ_DOCUMENTS_VERSION: Statement = {
  name: 'read-documents-version',
  text: 'SELECT version FROM search_documents',
};

export const WRITE_DOCUMENTS_VERSION: Statement = {
  name: 'write-documents-version',
  text: 'UPDATE search_documents SET version = $1',
};
