import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEADER, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { ensureBuilt, START_TIMEOUT, startProduct } from '../support/product-process.js';
import { bearer } from '../support/tokens.js';

const TABLE =
  'Sl no.,District Name,Market Name,Commodity,Variety,Grade,Min Price (Rs./Quintal),Max Price (Rs./Quintal),';
const REPORT = {
  data: [{ arrivals: 12, minimumPrice: 2_050, maximumPrice: 2_585, modalPrice: 2_317, unitOfPrice: 'Rs./Quintal' }],
};

describe('npm run import', () => {
  let app: TestApp;
  let folder: string;
  let token: string;
  let commodities = 0;

  beforeAll(async () => {
    await ensureBuilt();
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'mandi-import-'));
    token = (await bearer()).replace('Bearer ', '');
  }, START_TIMEOUT);
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  /** Ends with what it printed on both, and its exit status. */
  async function run(...args: string[]): Promise<{ code: number | NodeJS.Signals; output: string }> {
    const command = ['dist/commands/import.js', '--url', app.url, '--token', token, ...args];
    const child = await startProduct({ DATA_DIR: join(folder, 'data') }, process.execPath, command);
    return { code: await child.exited, output: child.output() };
  }

  async function file(name: string, ...lines: string[]): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, lines.join('\n'));
    return path;
  }
  /** A file of as many products, which no other file has, and a row for each refused one. */
  const prices = (name: string, taken: number, refused = 0) =>
    file(
      name,
      HEADER,
      ...Array.from({ length: taken }, () => priceLine({ commodity: `Onion ${(commodities += 1)}`, price: 2_400 })),
      ...Array.from({ length: refused }, () => priceLine({ commodity: 'Onion', price: -1 })),
    );
  const events = async () =>
    (await app.request<{ lastPosition: number }>('GET', '/api/events/stats')).body.lastPosition;

  it(
    'takes files, directories and patterns, and sums up what they did',
    async () => {
      await mkdir(join(folder, 'year/month'), { recursive: true });
      await mkdir(join(folder, 'more'));
      const one = await prices('one.csv', 1);
      await prices('year/10.csv', 2);
      await prices('year/month/2.TXT', 3);
      await file('year/notes.md', 'no price file');
      await prices('more/a[1].csv', 4);
      const { code, output } = await run(one, join(folder, 'year'), join(folder, 'more/*.csv'), one);
      expect([code, output]).toEqual([0, expect.stringMatching(/^4 files +10 +1 +10 +0 +0 +0 +0 +0$/m)]);
      expect(output).toMatch(/one\.csv {2}0\.0 MB, 1 rows of agmarknet, \d+\.\d s\n/);
      const again = await run(join(folder, 'more/a[1].csv'));
      expect([again.code, again.output]).toEqual([0, expect.stringMatching(/ 4 +0 +0 +0 +0 +0 +4 +0$/m)]);
    },
    START_TIMEOUT,
  );

  it(
    'names what is not there before anything is sent',
    async () => {
      const before = await events();
      const { code, output } = await run(await prices('good.csv', 1), 'none.csv');
      expect([code, output]).toEqual([1, 'Cannot read none.csv: file not found\n']);
      expect(await events()).toBe(before);
    },
    START_TIMEOUT,
  );

  it(
    'shows what would change, and changes nothing',
    async () => {
      const path = await prices('dry.csv', 2);
      const before = await events();
      const { code, output } = await run('--dry-run', path);
      expect([code, output]).toEqual([0, expect.stringMatching(/Dry run: [^]*dry\.csv +2 +0 +2 /)]);
      expect(await events()).toBe(before);
    },
    START_TIMEOUT,
  );

  it(
    'says of which state and day files are that leave it out',
    async () => {
      const row = '1,Amreli,Bagasara,Wheat,Lokwan,FAQ,2050,2585,2317,04 Oct 2025';
      const table = await file('table.csv', `${TABLE}Modal Price (Rs./Quintal),Price Date`, row);
      const markets = [{ marketName: 'APMC Babra', commodities: [{ commodityName: 'Wheat', ...REPORT }] }];
      const report = await file('report.json', JSON.stringify({ states: [{ stateName: 'Gujarat', markets }] }));
      const without = await run(table, report);
      expect([without.code, without.output]).toEqual([1, expect.stringMatching(/state[^]*day/)]);
      const { code, output } = await run(table, report, '--state', 'Gujarat', '--day', '2025-10-04');
      expect([code, output]).toEqual([0, expect.stringMatching(/^2 files +2 +2 +2 /m)]);
    },
    START_TIMEOUT,
  );

  it(
    'fails for a file that is of no use, after it has imported the others',
    async () => {
      const header = await file('letter.csv', 'Dear Sir,', 'please find attached');
      const nothing = await prices('nothing.csv', 0, 2);
      const { code, output } = await run(header, nothing, await prices('useful.csv', 1));
      expect(code).toBe(1);
      expect(output).toMatch(/^.*letter\.csv +- +- [^]*nothing\.csv +2 +0 [^]*useful\.csv +1 +0 +1 /m);
      expect(output).toMatch(/^.*nothing\.csv:\n {2}line 2: Modal Price: /m);
      expect(output).toMatch(/^.*letter\.csv: The server answered 400 .*\n.*nothing\.csv: The server answered 422 /m);
    },
    START_TIMEOUT,
  );

  it(
    'fails if more than half of the rows of a file were refused, strictly if a single one was',
    async () => {
      const half = await prices('half.csv', 2, 2);
      const most = await run(half, await prices('most.csv', 2, 3));
      expect([most.code, most.output]).toEqual([1, expect.stringMatching(/^.*most\.csv: 3 of 5 rows were refused$/m)]);
      expect(most.output).toMatch(/half\.csv +4 +0 +2 .* 2\n.*most\.csv +5 +0 +2 .* 3\n/);
      expect(most.output).not.toContain('half.csv: 2 of');
      const strict = await run('--strict', half, await prices('whole.csv', 1));
      expect([strict.code, strict.output]).toEqual([1, expect.stringMatching(/half\.csv: 2 of 4 rows were refused$/m)]);
    },
    START_TIMEOUT,
  );

  it(
    'ends with the first file if no other would fare better',
    async () => {
      const paths = [await prices('first.csv', 1), await prices('second.csv', 1)];
      const { code, output } = await run(...paths, '--token', 'wrong');
      expect(code).toBe(1);
      expect(output.match(/The server answered 401/g)).toHaveLength(1);
      expect(output).not.toContain('second.csv');
    },
    START_TIMEOUT,
  );
});
