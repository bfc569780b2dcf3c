import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { PRICE_FILE_LAYOUTS } from '../../../contracts/index.js';
import { readPriceFile } from '../../../../test/support/read-price-file.js';

const TEXT = await readFile(new URL('../../../../docs/price-files.md', import.meta.url), 'utf8');
/** Each example with the layout that its code block names. */
const EXAMPLES = [...TEXT.matchAll(/^```(?:csv|json) (\S+)\n([^]*?)^```$/gm)].map(([, layout, file]) => [
  layout!,
  file!,
]);

describe('docs/price-files.md', () => {
  it('has an example and a line in the table for each layout', () => {
    expect(EXAMPLES.map(([layout]) => layout)).toEqual([...PRICE_FILE_LAYOUTS]);
    for (const layout of PRICE_FILE_LAYOUTS) expect(TEXT).toContain(`| \`${layout}\` `);
  });

  it.each(EXAMPLES)('shows the layout %s', async (layout, file) => {
    const read = await readPriceFile(file, layout === 'portal-table' ? { state: 'Gujarat' } : {});
    expect(read).toMatchObject({ layout, lines: [{ report: { currency: 'INR', unit: 'quintal' } }] });
  });
});
