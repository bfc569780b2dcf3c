import { createHash } from 'node:crypto';
import { inSlices } from '../../infra/index.js';
import { entries } from '../glossary/index.js';
import { productLexemes, vendorLexemes } from './search-document.js';

/**
 * Differs as soon as this code makes another search document of a product that the glossary names, or of a vendor: with
 * every change of the glossary, and of how words are cut, folded and put together. It is made of documents of all
 * goods, so there is no number to count up; that takes some 200 ms, in slices.
 */
export async function searchDocumentsVersion(): Promise<string> {
  const hash = createHash('sha256');
  await inSlices(entries, ({ name, names, portal, category }) => {
    const texts = { name: portal[0] ?? name, names: { en: name, ...names }, category };
    const lexemes = productLexemes({ ...texts, description: null, variety: null, grade: null });
    const vendor = vendorLexemes({ ...texts, market: null, district: null, state: null });
    hash.update(JSON.stringify([lexemes, vendor]));
  });
  return hash.digest('hex');
}
