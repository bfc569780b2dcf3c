import { PriceScale } from './price-scale.js';

/** About 1 % wide. */
const CELLS = new PriceScale(Array.from({ length: 232 }, (_none, step) => 10 ** (step / 232)));

/** Cells are grouped by twos, fours, … up to 64, nearly a doubling of the price. */
const LEVELS = 7;

const nodeOf = (level: number, index: number): string => `${level}.${index >> level}`;

/**
 * Which prices of a group a change crosses. Of a tree over the cells, a change names the few nodes that together cover
 * the way from its old price to its new one, and a search that watches a price names all nodes above it, one a level;
 * so they have a node in common exactly if the change touches the watched price's cell. Plain cells would be either too
 * wide to be telling or, for a change over a long way, too many to name.
 */
export const PRICE_CROSSINGS = {
  /** Nodes above one price. */
  at(price: number): string[] {
    const cell = CELLS.indexOf(price);
    return Array.from({ length: LEVELS }, (_none, level) => nodeOf(level, cell));
  },

  /** Nodes that cover the closed way between two prices, and nothing else. */
  between(one: number, other: number): string[] {
    const nodes: string[] = [];
    const end = CELLS.indexOf(Math.max(one, other)) + 1;
    for (let cell = CELLS.indexOf(Math.min(one, other)); cell < end;) {
      let level = 0;
      while (level + 1 < LEVELS && cell % 2 ** (level + 1) === 0 && cell + 2 ** (level + 1) <= end) level += 1;
      nodes.push(nodeOf(level, cell));
      cell += 2 ** level;
    }
    return nodes;
  },
};
