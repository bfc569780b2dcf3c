import { DataSource } from 'typeorm';
import type { TestApp } from './app.js';

/** Seconds; a page of a few rows is read within 2 ms, so that writes are under way while the next pages are read. */
const SLOWEST = 0.012;
const COUNTDOWN_START = 1_000_000;

/** Has every write of products take a random while inside PostgreSQL, and fail on request. */
export async function slowDownWrites(app: TestApp): Promise<void> {
  const sql = (text: string) => app.app.get(DataSource).query<unknown[]>(text);
  await sql(`CREATE SEQUENCE write_countdown INCREMENT -1 MINVALUE -1000000000
             MAXVALUE ${COUNTDOWN_START} START ${COUNTDOWN_START}`);
  await sql(`
    CREATE FUNCTION slow_write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_sleep(random() * ${SLOWEST});
      IF nextval('write_countdown') = 0 THEN RAISE EXCEPTION 'No space left' USING ERRCODE = '53100'; END IF;
      RETURN NULL;
    END $$`);
  await sql(`CREATE TRIGGER slow_write AFTER INSERT OR UPDATE ON products
             FOR EACH STATEMENT EXECUTE FUNCTION slow_write()`);
}

/** One of the next writes of products fails; another failure that was still to come doesn't. */
export async function failAfter(app: TestApp, statements: number): Promise<void> {
  await app.app.get(DataSource).query('SELECT setval($1, $2)', ['write_countdown', statements + 1]);
}

export const failNoMore = (app: TestApp): Promise<void> => failAfter(app, COUNTDOWN_START - 1);
