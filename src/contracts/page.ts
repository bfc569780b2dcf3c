/** One page of a search and the log position it was read at: subscribe from there and nothing is missed. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  epoch: string;
  position: number;
}
