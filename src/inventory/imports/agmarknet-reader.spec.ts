import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AgmarknetLine, readAgmarknet } from './agmarknet-reader.js';
import { AgmarknetHeaderError } from './agmarknet-row.js';

const HEADER = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price';
const NOTED = `${HEADER},Note`;
const row = (commodity: string) => `Gujarat,Amreli,Damnagar,${commodity},Other,FAQ,27/07/2023,2200,3000,2450`;

async function read(...chunks: (string | Buffer)[]): Promise<AgmarknetLine[]> {
  const buffers = chunks.map((chunk) => Buffer.from(chunk));
  const lines: AgmarknetLine[] = [];
  for await (const line of readAgmarknet(Readable.from(buffers, { objectMode: false }))) lines.push(line);
  return lines;
}

/** `line: commodity` or `line! reason`, which is what most cases are about. */
async function outline(...chunks: (string | Buffer)[]): Promise<string[]> {
  return (await read(...chunks)).map((line) =>
    'row' in line ? `${line.line}: ${line.row.commodity}` : `${line.line}! ${line.reason}`,
  );
}

describe('readAgmarknet', () => {
  it('reads quoted commas, escaped quotes and bare inner quotes', async () => {
    const text = [HEADER, row('"Sesamum(Sesame,Gingelly,Til)"'), row('"Green ""A1"""'), row('6" Bamboo')].join('\n');
    expect(await outline(text)).toEqual(['2: Sesamum(Sesame,Gingelly,Til)', '3: Green "A1"', '4: 6" Bamboo']);
  });

  it.each(['\n', '\r\n', '\r'])('reads lines ending in %j, with and without the last one', async (eol) => {
    const text = [HEADER, row('Onion'), row('Potato')].join(eol);
    expect(await outline(text)).toEqual(['2: Onion', '3: Potato']);
    expect(await outline(text + eol)).toEqual(['2: Onion', '3: Potato']);
  });

  it('passes over a byte order mark, also before a quoted column name', async () => {
    expect(await outline(`\uFEFF${HEADER}\n${row('Onion')}`)).toEqual(['2: Onion']);
    expect(await outline(`\uFEFF"State"${HEADER.slice(5)}\n${row('Onion')}`)).toEqual(['2: Onion']);
  });

  it('counts physical lines: blank ones, and those inside quotes', async () => {
    const text = [HEADER, '', row('Onion'), '  ', row('"To\r\nma\n\nto"'), row('Potato')].join('\r\n');
    expect(await outline(text)).toEqual(['3: Onion', '5! Commodity: contains a control character', '9: Potato']);
    expect(await outline(`${NOTED}\n${row('Onion')},"two\nlines"\n${row('Potato')},\n`)).toEqual([
      '2: Onion',
      '4: Potato',
    ]);
  });

  it('names the column whose bytes are not UTF-8', async () => {
    const bad = Buffer.from(row('Mirch\xe9'), 'latin1');
    expect(await outline(`${HEADER}\n`, bad, `\n${row('மிளகாய்')}\n`)).toEqual([
      '2! Commodity: is not valid UTF-8',
      '3: மிளகாய்',
    ]);
  });

  it('takes a wrong number of columns for one bad row', async () => {
    expect(await outline([HEADER, 'a,b', row('Onion'), `${row('Onion')},`, row('Potato')].join('\n'))).toEqual([
      '2! expected 10 columns, found 2',
      '3: Onion',
      '4! expected 10 columns, found 11',
      '5: Potato',
    ]);
  });

  describe('a stray quote costs its own line', () => {
    it('when text follows the closing quote', async () => {
      expect(await outline([HEADER, row('"Onion" red'), row('Potato')].join('\n'))).toEqual([
        '2! a closing quote is followed by other text',
        '3: Potato',
      ]);
    });

    it('when it is not closed before the end', async () => {
      expect(await outline([HEADER, row('"Onion'), row('Potato'), row('"Til')].join('\n'))).toEqual([
        '2! a closing quote is followed by other text',
        '3: Potato',
        '4! a quote is opened and not closed',
      ]);
      expect(await outline([HEADER, row('"Onion'), row('Potato'), row('Til')].join('\n'))).toEqual([
        '2! a quote is opened and not closed',
        '3: Potato',
        '4: Til',
      ]);
    });

    it('when it is not closed for a long while', async () => {
      const rows = Array.from({ length: 5000 }, () => row('Potato'));
      const lines = await outline([HEADER, row('"Onion'), ...rows].join('\r\n'));
      expect(lines).toHaveLength(5001);
      expect(lines.slice(0, 2)).toEqual(['2! a quote is opened and not closed', '3: Potato']);
      expect(lines.at(-1)).toBe('5002: Potato');
    });

    it('and a file made of them is still read in linear time', async () => {
      // Every line closes the quote of the line before and opens another: each one starts a record without end.
      const lines = await outline(`${HEADER}\n`, 'x","y\n'.repeat(200_000));
      expect(lines).toHaveLength(200_000);
    });
  });

  it.each([
    ['letters', 'x'],
    ['commas', ','],
    ['quoted text', '"x'],
    ['escaped quotes', '"'],
  ])('refuses a line longer than 64 KiB of %s and goes on', async (_what, filler) => {
    const giant = filler.padEnd(3_000_000, filler.at(-1));
    expect(await outline(`${HEADER}\n`, giant, `\n${row('Potato')}`)).toEqual([
      '2! longer than 65536 bytes',
      '3: Potato',
    ]);
  });

  it('refuses a file without a usable header', async () => {
    await expect(read()).rejects.toThrow(AgmarknetHeaderError);
    await expect(read('\uFEFF\r\n \r\n')).rejects.toThrow('The file is empty');
    await expect(read('State,District\na,b')).rejects.toThrow('Missing in the header line: Market');
    await expect(read(`${HEADER.replace('Grade', '"Grade')}\n${row('Onion')}`)).rejects.toThrow(
      'The header line cannot be read: a quote is opened and not closed',
    );
    await expect(read('x'.repeat(1_000_000))).rejects.toThrow('The header line cannot be read: longer than');
    await expect(read(Buffer.from(`\uFEFF${HEADER}`, 'utf16le'))).rejects.toThrow(AgmarknetHeaderError);
  });

  it('fails with its input, and ends early without closing it', async () => {
    const broken = new PassThrough();
    broken.write(`${HEADER}\n${row('Onion')}\n`);
    const lines = readAgmarknet(broken);
    expect(await lines.next()).toMatchObject({ value: { line: 2 } });
    broken.destroy(new Error('connection reset'));
    await expect(lines.next()).rejects.toThrow('connection reset');

    const cutOff = new PassThrough();
    cutOff.write(`${HEADER}\n${row('Onion')}\n`);
    const cut = readAgmarknet(cutOff);
    await cut.next();
    cutOff.destroy();
    await once(cutOff, 'close');
    await expect(cut.next()).rejects.toThrow('Premature close');

    const refused = Readable.from([Buffer.from('no header\n')], { objectMode: false });
    await expect(readAgmarknet(refused).next()).rejects.toThrow(AgmarknetHeaderError);
    expect(refused.destroyed).toBe(false);
  });

  it('reads the same whatever the chunks are', async () => {
    const piece = fc.constantFrom(
      row('"मिर्च, ""लाल"""'),
      row('🍅'),
      row('"two\r\nlines"'),
      ...['"', '""', ',', 'x', '\r', '\n', '\r\n', '\uFEFF', 'é'],
    );
    const file = fc
      .tuple(fc.constantFrom('', '\uFEFF'), fc.array(fc.oneof(piece, fc.constant('\n')), { maxLength: 40 }))
      .map(([bom, pieces]) => Buffer.from(`${bom}${HEADER}\r\n${pieces.join('')}`));
    const chunkSizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(file, chunkSizes, async (bytes, sizes) => {
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes[chunks.length % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(await read(...chunks)).toEqual(await read(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('gives back any text that was quoted', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
      .map((value) => value.replaceAll(/[\p{Cc}\uFFFD]/gu, '').trim())
      .filter((value) => value !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (commodities) => {
        const rows = commodities.map((commodity) => row(`"${commodity.replaceAll('"', '""')}"`));
        expect(await outline([HEADER, ...rows].join('\n'))).toEqual(commodities.map((name, i) => `${i + 2}: ${name}`));
      }),
      { numRuns: 200 },
    );
  });

  it('streams 200,000 rows in bounded memory, reading no further ahead than a few chunks', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const block = Buffer.from(`${row('"Sesamum(Sesame,Gingelly,Til)"')}\n`.repeat(100));
    let handedOut = 0;
    function* file() {
      yield Buffer.from(`${HEADER}\n`);
      for (; handedOut < 200_000; handedOut += 100) yield block;
    }
    let rows = 0;
    let furthestAhead = 0;
    let growth = 0;
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for await (const line of readAgmarknet(Readable.from(file(), { objectMode: false }))) {
      if ('row' in line) rows++;
      furthestAhead = Math.max(furthestAhead, handedOut - rows);
      if (rows % 50_000 === 0) {
        collectGarbage();
        growth = Math.max(growth, process.memoryUsage().heapUsed - before);
      }
    }
    expect(rows).toBe(200_000);
    expect(furthestAhead).toBeLessThan(2000);
    expect(growth).toBeLessThan(8 * 1024 * 1024);
  });
});
