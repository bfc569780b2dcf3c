import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutInto, outlineOf as outline, readPriceFile } from '../../../../../test/support/read-price-file.js';
import { trimmed } from '../cells/text.js';
import { ImportHeaderError } from '../import-file.errors.js';
import { openPriceFile } from '../price-file.js';

const HEADER = 'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price';
const NOTED = `${HEADER},Note`;
const row = (commodity: string) => `Gujarat,Amreli,Damnagar,${commodity},Other,FAQ,27/07/2023,2200,3000,2450`;

describe('CSV', () => {
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
    expect(await outline([`${HEADER}\n`, bad, `\n${row('மிளகாய்')}\n`])).toEqual([
      '2! Commodity: is not valid UTF-8',
      '3: மிளகாய்',
    ]);
  });

  it('takes a wrong number of columns for one bad row', async () => {
    expect(await outline([HEADER, 'a,b', row('Onion'), `${row('Onion')},x`, row('Potato')].join('\n'))).toEqual([
      '2! expected 10 columns, found 2',
      '3: Onion',
      '4! expected 10 columns, found 11',
      '5: Potato',
    ]);
  });

  it('passes over empty columns at the end, in the header and in rows', async () => {
    const text = [`${HEADER},,`, `${row('Onion')},,`, row('Potato'), `${row('Tomato')}, ,,"",`].join('\n');
    expect(await outline(text)).toEqual(['2: Onion', '3: Potato', '4: Tomato']);
  });

  it('passes over lines of empty cells and sums, which are no rows', async () => {
    const sums = [
      'Total,,,,,,,,,',
      ',,,Total,,,,"1,200",3000,2450',
      '"Grand Total:",12',
      'Sub-total,,,,,,27/07/2023,,,',
    ];
    const text = [HEADER, ',,,,,,,,,', row('Onion'), ...sums, '"", ,,', row('Total').replace('Gujarat', 'Total')];
    expect(await outline(text.join('\n'))).toEqual(['3: Onion', '9: Total']);
  });

  it('passes over blanks and control characters around cells and quotes', async () => {
    const text = [HEADER, ' Gujarat\t,\u00a0Amreli, "Damnagar" ,\t"Onion, red"\0,Other,FAQ, 27/07/2023 ,1,2, "2,450" '];
    expect(await outline(text.join('\n'))).toEqual(['2: Onion, red']);
  });

  it.each([',', ';', '\t', '|'])('finds out that %j separates', async (separator) => {
    const quoted = '"Onion, red; or | so"';
    const text = [HEADER, row('@'), row('Potato')].map((line) => line.replaceAll(',', separator).replace('@', quoted));
    expect(await outline(text.join('\r\n'))).toEqual(['2: Onion, red; or | so', '3: Potato']);
    expect(await outline([`sep=${separator}`, ...text].join('\r\n'))).toEqual(['3: Onion, red; or | so', '4: Potato']);
    expect(await outline([`"sep=${separator}"`, ...text].join('\n'))).toHaveLength(2);
  });

  it('takes the separator that a file says for its own', async () => {
    await expect(outline(`sep=;\n${HEADER}\n${row('Onion')}`)).rejects.toThrow('with the separator ;, has');
    await expect(outline(`sep=:\n${HEADER}`)).rejects.toThrow('Line 1 says that ":" separates fields');
  });

  describe('UTF-16', () => {
    const text = `${HEADER}\r\n${row('மிளகாய்')}\r\n${row('"🍅, red"')}\r\n`;
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    const cases: [string, Buffer][] = [
      ['little endian', Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
      ['big endian', Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
      ['little endian, without a mark', little],
      ['big endian, without a mark', big],
    ];

    it.each(cases)('is read: %s, in any pieces', async (_what, bytes) => {
      for (const sizes of [[bytes.length], [1], [3, 1, 7], [64]]) {
        expect(await outline(cutInto(bytes, sizes))).toEqual(['2: மிளகாய்', '3: 🍅, red']);
      }
    });

    it('half a letter refuses its row', async () => {
      const cut = Buffer.concat([Buffer.from(`${HEADER}\n${row('Onion')}`, 'utf16le'), Buffer.from([0x41])]);
      expect(await outline(cut)).toEqual(['2! Modal Price: is not valid UTF-16LE']);
    });
  });

  describe('the header', () => {
    it('may have titles and blank lines above it', async () => {
      const title = ',,,,,,,Daily Prices-07-11-2025 to 28-09-2026 for Gujarat,,';
      const above = ['', title, '"State, District and more"', '', 'Market;Commodity'];
      expect(await outline([...above, HEADER, row('Onion')].join('\r\n'))).toEqual(['7: Onion']);
    });

    it('may have quoted line ends in its names', async () => {
      const header = HEADER.replace('Min Price', '"Min\r\nPrice"').replace('Max Price', '"Max\nPrice"');
      expect(await outline(`A title\r\n${header}\r\n${row('Onion')}`)).toEqual(['5: Onion']);
    });

    it('is looked for in the first 50 lines', async () => {
      const titled = (lines: number) => ['title\n'.repeat(lines), HEADER, '\n', row('Onion')].join('');
      expect(await outline(titled(49))).toEqual(['51: Onion']);
      await expect(outline(titled(50))).rejects.toThrow('No line is the header of a known price file');
    });

    it('that comes closest is named, with what was made of it', async () => {
      const text = `Prices of today\n\nState;District;Market;Min Price\nGujarat;Amreli;Damnagar;2200`;
      await expect(outline(text)).rejects.toThrow(
        'No line is the header of a known price file. Line 3, read as UTF-8 with the separator ;, has "State", ' +
          '"District", "Market", "Min Price". Missing in the header line: Commodity, Variety, Arrival_Date, Modal Price. ' +
          'Layouts that are known: agmarknet, agmarknet2-price-report, ',
      );
      await expect(outline(`${HEADER},modal_price\n`)).rejects.toThrow('Twice in the header line: modal_price');
      const many = Array.from({ length: 30 }, (_none, index) => `column ${index}`).join();
      await expect(outline(many)).rejects.toThrow('"column 11" and 18 more. ');
    });

    it.each([
      ['504b030414000600', 'a ZIP archive, as Excel workbooks'],
      ['d0cf11e0a1b11ae1', 'an Excel workbook'],
      ['1f8b0800000000', 'compressed with gzip'],
      [Buffer.from('%PDF-1.7\n').toString('hex'), 'a PDF document'],
      [Buffer.from('\n<!DOCTYPE html><table>').toString('hex'), 'a page in HTML or XML'],
    ])('is missed in a file that begins with %s', async (hex, what) => {
      await expect(outline(Buffer.from(hex, 'hex'))).rejects.toThrow(`This is ${what}`);
    });
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
      const lines = await outline([`${HEADER}\n`, 'x","y\n'.repeat(200_000)]);
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
    expect(await outline([`${HEADER}\n`, giant, `\n${row('Potato')}`])).toEqual([
      '2! longer than 65536 bytes',
      '3: Potato',
    ]);
  });

  it('refuses a file without a usable header', async () => {
    await expect(outline([])).rejects.toThrow(ImportHeaderError);
    await expect(outline('\uFEFF\r\n \r\n')).rejects.toThrow('The file is empty');
    await expect(outline('State,District\na,b')).rejects.toThrow('Missing in the header line: Market');
    await expect(outline(`${HEADER.replace('Grade', '"Grade')}\n${row('Onion')}`)).rejects.toThrow(
      'A quote is opened and not closed',
    );
    await expect(outline('x'.repeat(1_000_000))).rejects.toThrow('The header line cannot be read: longer than');
  });

  it('fails with its input, and ends early without closing it', async () => {
    const broken = new PassThrough();
    broken.write(`${HEADER}\n${row('Onion')}\n`);
    const { batches: lines } = await openPriceFile(broken);
    expect(await lines.next()).toMatchObject({ value: [{ line: 2 }] });
    broken.destroy(new Error('connection reset'));
    await expect(lines.next()).rejects.toThrow('connection reset');

    const cutOff = new PassThrough();
    cutOff.write(`${HEADER}\n${row('Onion')}\n`);
    const { batches: cut } = await openPriceFile(cutOff);
    await cut.next();
    cutOff.destroy();
    await once(cutOff, 'close');
    await expect(cut.next()).rejects.toThrow('Premature close');

    const refused = new PassThrough();
    refused.write('no header\n'.repeat(60));
    await expect(openPriceFile(refused)).rejects.toThrow(ImportHeaderError);
    expect(refused.destroyed).toBe(false);
  });

  it('reads the same whatever the chunks are', async () => {
    const piece = fc.constantFrom(
      row('"मिर्च, ""लाल"""'),
      row('🍅'),
      row('"two\r\nlines"'),
      row(' "blanks" '),
      ...['"', '""', ',', 'x', '\r', '\n', '\r\n', '\uFEFF', 'é', ' ', '\t'],
    );
    const file = fc
      .tuple(
        fc.constantFrom('', '\uFEFF', '\n', 'sep=,\r', 'a title\r\n', '"a title\n', 'x,"y\r\nz"\r'),
        fc.array(fc.oneof(piece, fc.constant('\n')), { maxLength: 40 }),
      )
      .map(([above, pieces]) => Buffer.from(`${above}${HEADER}\r\n${pieces.join('')}`));
    const chunkSizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(file, chunkSizes, async (bytes, sizes) => {
        expect(await readPriceFile(cutInto(bytes, sizes))).toEqual(await readPriceFile(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('gives back any text that was quoted', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
      .map((value) => trimmed(value.replaceAll(/[\p{Cc}\uFFFD]/gu, '')).normalize('NFC'))
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
    let looked = 0;
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const { batches } = await openPriceFile(Readable.from(file(), { objectMode: false }));
    for await (const lines of batches) {
      rows += lines.filter((line) => 'report' in line).length;
      furthestAhead = Math.max(furthestAhead, handedOut - rows);
      if (rows < looked) continue;
      looked += 50_000;
      collectGarbage();
      growth = Math.max(growth, process.memoryUsage().heapUsed - before);
    }
    expect(rows).toBe(200_000);
    expect(furthestAhead).toBeLessThan(2000);
    expect(growth).toBeLessThan(8 * 1024 * 1024);
  });
});
