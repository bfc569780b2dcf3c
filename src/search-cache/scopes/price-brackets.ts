import { PriceScale } from './price-scale.js';

/** Where prices lie, six brackets a decade: few enough that a search's range touches only a handful. */
export const BRACKETS = new PriceScale([1, 1.5, 2, 3, 5, 7]);
