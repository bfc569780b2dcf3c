/** Of the product; the same as in package.json, which a built server may be without. */
export const VERSION = '0.2.0';
