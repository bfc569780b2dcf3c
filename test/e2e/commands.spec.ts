import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { loadedFiles } from '../support/loaded-files.js';
import { lengthenLog } from '../support/long-log.js';
import { ensureBuilt, START_TIMEOUT, startProduct } from '../support/product-process.js';
import { moveEvents } from '../support/retention.js';
import { bearer } from '../support/tokens.js';
import { withClient } from '../support/with-client.js';

interface Finished {
  code: number | NodeJS.Signals;
  output: string;
}

/** And what decorators need before all else; and what `fdir`, by which `import` finds files, looks for by itself. */
const BUNDLED = /^(dist\/commands|node_modules\/(reflect-metadata|picomatch))\//;

/** The commands of package.json, as a shell beside the server would run them. */
describe('the commands', () => {
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    await ensureBuilt();
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'mandi-commands-'));
  }, START_TIMEOUT);
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  async function run(name: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
    const command = [`dist/commands/${name}.js`, ...args];
    const child = await startProduct({ DATA_DIR: join(folder, 'data'), ...env }, process.execPath, command);
    return { code: await child.exited, output: child.output() };
  }
  const here = () => ({ PORT: new URL(app.url).port });

  it.each(['import', 'demo', 'rebuild', 'token', 'config', 'verify', 'log', 'backup', 'export-log', 'restore'])(
    'explain themselves: %s --help',
    async (name) => {
      const coverage = join(folder, `coverage-${name}`);
      const { code, output } = await run(name, ['--help'], { NODE_V8_COVERAGE: coverage });
      expect([code, output]).toEqual([0, expect.stringMatching(/^Usage: npm run [\w-]+[^]*--help {2,}this text\n$/)]);
      expect((await loadedFiles(coverage)).filter((file) => !BUNDLED.test(file))).toEqual([]);
      const wrong = await run(name, ['--nonsense']);
      expect([wrong.code, wrong.output]).toEqual([2, expect.stringMatching(/'--nonsense'[^]*\n\nUsage: npm run /)]);
    },
    START_TIMEOUT,
  );

  it(
    'find the server where HOST and PORT say that it listens',
    async () => {
      const { name } = await createProduct(app, { basePrice: 1_000 });
      const token = ['--token', (await bearer()).replace('Bearer ', '')];
      const demo = await run('demo', ['--duration', '0.5', '--rate', '20', ...token], here());
      expect([demo.code, demo.output]).toEqual([0, expect.stringContaining(name)]);

      const file = join(folder, 'prices.csv');
      const header = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price';
      await writeFile(file, `${header}\nDelhi,Delhi,Azadpur,Potato,Desi,FAQ,27/07/2023,900,1100,1000\n`);
      const everywhere = { ...here(), HOST: '0.0.0.0' };
      const imported = await run('import', [file, ...token], { ...everywhere, JWT_SECRET: 'x'.repeat(32) });
      expect([imported.code, imported.output]).toEqual([0, expect.stringMatching(/prices\.csv +1 +1 +1 +0 /)]);
    },
    START_TIMEOUT,
  );

  it(
    'print the settings in force, and nothing that is secret',
    async () => {
      const secret = 'never to be shown';
      await writeFile(join(folder, 'secret'), `${secret}\n`);
      const env = {
        ...here(),
        JWT_SECRET_FILE: join(folder, 'secret'),
        DATABASE_URL: `postgres://mandi:${encodeURIComponent(secret)}@db.example/mandi`,
        REDIS_URL: 'rediss://cache.example/2',
      };
      const { code, output } = await run('config', [], env);
      expect(code).toBe(0);
      expect(output).not.toMatch(/never/);
      expect(output).toMatch(/^PORT +\d+ +environment$/m);
      expect(output).toMatch(/^DATABASE_URL +postgres:\/\/mandi:\*\*\*@db\.example\/mandi +environment$/m);
      expect(output).toMatch(/^JWT_SECRET +\(set\) +environment, JWT_SECRET_FILE$/m);
      expect(output).toMatch(/^DEFAULT_TTL +300 +default$/m);
      const json = await run('config', ['--json'], env);
      expect(JSON.parse(json.output)).toContainEqual({ name: 'MAX_CACHE_SIZE', value: '10000', from: 'default' });
    },
    START_TIMEOUT,
  );

  it(
    'say in one line what of the environment is wrong',
    async () => {
      for (const [name, args] of [
        ['import', ['-']],
        ['demo', []],
        ['token', ['--role', 'admin']],
        ['config', []],
        ['verify', []],
      ] as const) {
        const { code, output } = await run(name, [...args], { PORT: 'abc' });
        expect([name, code, output]).toEqual([name, 1, expect.stringMatching(/^PORT must be an integer[^\n]*\n$/)]);
      }
    },
    START_TIMEOUT,
  );

  it(
    'make a token with a time that can be read only',
    async () => {
      const wrong = await run('token', ['--role', 'admin', '--expires', 'soon']);
      expect([wrong.code, wrong.output]).toEqual([2, expect.stringMatching(/^--expires must be a time[^\n]*"soon"\n/)]);
      const made = await run('token', ['--role', 'vendor', '--vendor', 'vnd_1', '--expires', '90m']);
      expect([made.code, made.output]).toEqual([0, expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/)]);
    },
    START_TIMEOUT,
  );

  it(
    'seal the log as far as it can be, and say why not further',
    async () => {
      const database = await testDatabase();
      const env = { DATABASE_URL: database.url };
      const log = (...args: string[]) => run('log', args, env);
      const nothing = await log('seal');
      expect(nothing).toEqual({ code: 0, output: 'Nothing was sealed; the log has no seal yet\nThat is all of it\n' });
      await withClient(database.url, (client) => lengthenLog(client, 10_004));
      const sealed = await log('seal');
      expect([sealed.code, sealed.output]).toEqual([
        0,
        expect.stringMatching(
          new RegExp(
            '^Sealed positions 1 to 10000: \\d+ bytes for \\d+\n1 segment more; the log is sealed up to position 10000\n' +
              'It ends at position 10004: the next segment is made at position 20000\n$',
          ),
        ),
      ]);
      // As if another process were faster each time: the segment isn't kept.
      await withClient(database.url, async (client) => {
        await lengthenLog(client, 10_000);
        await client.query(`
          CREATE FUNCTION outrun() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
          CREATE TRIGGER outrun BEFORE INSERT ON log_segments FOR EACH ROW EXECUTE FUNCTION outrun()`);
      });
      expect(await log('seal')).toEqual({
        code: 1,
        output:
          'Nothing was sealed; the log is sealed up to position 10000\n' +
          'It ends at position 20004: positions 10001 to 20000 could not be sealed\n' +
          'Another process seals or removes names at the same time, or the history has become another one: run it again\n',
      });
      await withClient(database.url, async (client) => {
        await client.query('DROP TRIGGER outrun ON log_segments');
        await client.query('DELETE FROM inventory_events WHERE position = 12345');
      });
      const stopped = await log('seal');
      expect([stopped.code, stopped.output]).toEqual([
        1,
        'Nothing was sealed; the log is sealed up to position 10000\n' +
          'The log has no event at position 12345, so nothing is sealed from there on\n' +
          'npm run verify names all that differs\n',
      ]);
      expect((await log('status')).output).toMatch(/^sealed +1 segment up to position 10000,/m);
      await database.drop();
    },
    START_TIMEOUT * 2,
  );

  it(
    'archive old events, drop them when told so, and put them back',
    async () => {
      const { id } = await createProduct(app, { basePrice: 1_000 });
      for (let price = 1; price <= 60; price += 1) {
        await app.request('PATCH', `/api/products/${id}`, { basePrice: price });
      }
      await moveEvents(app, { segment: 20, staying: 5 });
      const env = { DATABASE_URL: app.database.url };
      const archive = join(folder, 'archive');
      const log = (...args: string[]) => run('log', args, env);
      expect(await log('drop', '--before', 'soon')).toMatchObject({ code: 2 });
      const early = await log('drop', '--before', '45', '--yes');
      expect([early.code, early.output]).toEqual([1, expect.stringContaining('no archive has positions 1 to 20')]);
      const archived = await log('archive', '--to', archive);
      expect([archived.code, archived.output]).toEqual([
        0,
        expect.stringMatching(/up to position \d+; \d files are new/),
      ]);
      const asked = await log('drop', '--before', '45');
      expect([asked.code, asked.output]).toEqual([1, expect.stringContaining('--yes')]);
      const events = async () => (await app.request('GET', '/api/events')).status;
      expect(await events()).toBe(200);
      const dropped = await log('drop', '--before', '45', '--yes');
      expect([dropped.code, dropped.output]).toEqual([0, expect.stringContaining('the log begins at position 41')]);
      expect(await events()).toBe(410);
      expect((await log('status')).output).toMatch(/^events +positions 41 to \d+$/m);
      const back = await run('restore', ['--archive', archive], env);
      expect([back.code, back.output]).toEqual([0, expect.stringContaining('the log begins at position 1\n')]);
      expect(await events()).toBe(200);
      const verified = await run('verify', ['--full'], env);
      expect([verified.code, verified.output]).toEqual([0, expect.stringMatching(/\nclean\n$/)]);
      const flip = (offset: number) =>
        withClient(app.database.url, (client) =>
          client.query(
            `UPDATE log_segments SET packed = set_byte(packed, $1, get_byte(packed, $1) # 1) WHERE first = 21`,
            [offset],
          ),
        );
      await flip(300);
      const flipped = await run('verify', [], env);
      expect([flipped.code, flipped.output]).toEqual([
        1,
        expect.stringMatching(/ positions? (2[1-9]|3\d|40): [^]*\nNOT CLEAN\n$/),
      ]);
      await flip(300);
      expect((await run('verify', [], env)).code).toBe(0);
    },
    START_TIMEOUT * 3,
  );
});
