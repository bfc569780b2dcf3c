/** Comparable form of a commodity's name. */

/** Letters and digits only, lower case: 'Cucumbar (Kheera)' and 'cucumbar(kheera)' give the same key. */
export function portalKey(commodity: string): string {
  return commodity
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}
