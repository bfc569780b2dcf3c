import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { gzipSync } from 'node:zlib';
import { SqlClient } from '../../src/database/index.js';
import { HEADER, importCsv, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { createVendor } from '../support/builders.js';
import { expectProblem } from '../support/problems.js';

const STRICT = "default-src 'none'; frame-ancestors 'none'";

describe('hardening', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  describe('security headers', () => {
    it.each(['/api/products/search', '/api/products/none', '/api/nothing', '/api/products/search?limit=x', '/health'])(
      'are on %s',
      async (path) => {
        const { headers } = await app.request('GET', path);
        expect(Object.fromEntries(headers)).toMatchObject({
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'no-referrer',
          'cross-origin-resource-policy': 'same-origin',
          'content-security-policy': STRICT,
        });
      },
    );

    it('let the docs use what they consist of, and no more', async () => {
      const { headers, body } = await app.request<string>('GET', '/docs');
      const policy = new Map(
        headers
          .get('content-security-policy')!
          .split('; ')
          .map((directive) => [directive.split(' ')[0]!, directive.split(' ').slice(1)]),
      );
      expect(policy.get('default-src')).toEqual(["'none'"]);
      expect(policy.get('script-src')).toEqual(["'self'"]);
      expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
      // No inline script, whether an element or an attribute, and none of another server.
      const scripts = [...body.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
      expect(scripts.length).toBeGreaterThan(0);
      for (const [, attributes, content] of scripts) {
        expect(attributes).toMatch(/src="\.?\//);
        expect(content!.trim()).toBe('');
      }
      expect(body).not.toMatch(/ on[a-z]+=/);
      const sources = scripts.map(([, attributes]) => /src="([^"]+)"/.exec(attributes!)![1]!);
      const styles = [...body.matchAll(/<link[^>]+href="([^"]+)"/g)].map(([, href]) => href!);
      for (const source of [...sources, ...styles]) {
        const file = await fetch(new URL(source, `${app.url}/docs`));
        expect({ source, status: file.status }).toEqual({ source, status: 200 });
      }
      expect(policy.get('style-src')).toContain(/<style|style=/.test(body) ? "'unsafe-inline'" : "'self'");
    });
  });

  describe('encoded bodies', () => {
    const body = { name: 'Packed' };

    it.each(['gzip', 'br', 'deflate', 'GZIP', 'identity, gzip'])('are refused: %s', async (encoding) => {
      const packed = gzipSync(JSON.stringify(body));
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
      const answer = await app.request('POST', '/api/vendors', packed, headers);
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(answer.headers.get('accept-encoding')).toBe('identity');
    });

    it('are refused as files, too', async () => {
      const headers = { 'content-type': 'text/csv', 'content-encoding': 'gzip' };
      const answer = await app.request('POST', '/api/imports/agmarknet', gzipSync(`${HEADER}\n`), headers);
      expectProblem(answer, 415, 'unsupported_media_type');
    });

    it('may say that they are not', async () => {
      const answer = await app.request('POST', '/api/vendors', body, { 'content-encoding': 'identity' });
      expect(answer.status).toBe(201);
    });
  });

  it('refuses a JSON body over 4 MiB', async () => {
    const answer = await app.request('POST', '/api/vendors', { name: 'x'.repeat(4 * 1024 * 1024) });
    expectProblem(answer, 413, 'payload_too_large');
  });

  describe('time limits of PostgreSQL', () => {
    const settings = async (sql: (text: string) => Promise<Record<string, string>[]>): Promise<string[]> => {
      const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
      return Promise.all(names.map(async (name) => Object.values((await sql(`SHOW ${name}`))[0]!)[0]!));
    };

    it('are on the connections of the pool, and still after an import', async () => {
      const sql = app.app.get(SqlClient);
      const ofPool = () =>
        sql.withConnection((connection) =>
          settings(async (text) => (await connection.query<Record<string, string>>(text)).rows),
        );
      expect(await ofPool()).toEqual(['10s', '5s', '15s']);
      expect((await importCsv(app, `${HEADER}\n${priceLine({})}`)).status).toBe(200);
      const dataSource = app.app.get(DataSource);
      // As many as the pool has connections.
      const runners = Array.from({ length: 10 }, () => dataSource.createQueryRunner());
      const all = await Promise.all(
        runners.map((runner) => settings((text) => runner.query(text) as Promise<Record<string, string>[]>)),
      );
      await Promise.all(runners.map((runner) => runner.release()));
      for (const one of all) expect(one).toEqual(['10s', '5s', '15s']);
    });

    it('make a write that finds its row locked give up with 503', async () => {
      const vendor = await createVendor(app);
      const sql = app.app.get(SqlClient);
      await sql.withConnection(async (connection) => {
        await connection.query('BEGIN');
        await connection.query('SELECT FROM vendors WHERE id = $1 FOR UPDATE', [vendor.id]);
        const answer = await app.request('PATCH', `/api/vendors/${vendor.id}`, { name: 'Locked' });
        expectProblem(answer, 503, 'unavailable');
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/);
        await connection.query('ROLLBACK');
      });
    });
  });
});
