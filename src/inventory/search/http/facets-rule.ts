import { FACETS } from '../../../contracts/index.js';
import type { Rule } from '../../../validation/index.js';

/** Names of facets behind commas, each at most once. */
export const facetsRule: Rule = (value) => {
  const names = typeof value === 'string' ? value.split(',') : [];
  const areFacets = names.length > 0 && names.every((name) => FACETS.some((facet) => facet === name));
  return areFacets && new Set(names).size === names.length ? undefined : `must be some of ${FACETS.join(', ')}`;
};
