export const PRODUCTS = ['p0', 'p1', 'p2'] as const;
export const CATEGORIES = ['spices', 'grains'] as const;
export const EVERYWHERE = '*';

interface Row {
  version: number;
  category: string;
}
type Rows = Readonly<Record<string, Row>>;

/** What a page shows: versions by product. */
export type Content = Readonly<Record<string, number>>;

export interface Change {
  at: number;
  product: string;
  /** Of which it was or is. */
  listings: readonly string[];
  moved: boolean;
}

/** A primary that keeps all of its past, and replicas that are somewhere in it. A position is the number of changes. */
export class Postgres {
  private readonly past: Rows[] = [
    Object.fromEntries(PRODUCTS.map((id, index) => [id, { version: 1, category: CATEGORIES[index % 2]! }])),
  ];
  private readonly acknowledged = new Map<string, number>();
  /** Positions of changes that are committed and not acknowledged yet, by product. */
  private readonly open = new Map<string, Set<number>>(PRODUCTS.map((id) => [id, new Set()]));
  readonly replicas = [0, 0];

  constructor(private readonly random: (below: number) => number) {}

  get position(): number {
    return this.past.length - 1;
  }

  commit(): Change {
    const rows = this.past.at(-1)!;
    const product = PRODUCTS[this.random(PRODUCTS.length)]!;
    const { version, category } = rows[product]!;
    const next = this.random(3) === 0 ? CATEGORIES[this.random(2)]! : category;
    this.past.push({ ...rows, [product]: { version: version + 1, category: next } });
    this.open.get(product)!.add(this.position);
    return {
      at: this.position,
      product,
      listings: [...new Set([category, next, EVERYWHERE])],
      moved: next !== category,
    };
  }

  /**
   * A change counts with those of the same product before it. A page that doesn't depend on the product itself yet, and
   * shows it where another instance has just moved it away from, goes with the acknowledgement of the move, not with
   * that of what happens to the product elsewhere meanwhile.
   */
  acknowledge({ at, product }: Change): void {
    const open = this.open.get(product)!;
    open.delete(at);
    const done = Math.min(...[...open].map((position) => position - 1), this.position);
    this.acknowledged.set(product, Math.max(done, this.acknowledged.get(product) ?? 0));
  }

  replay(): void {
    const replica = this.random(this.replicas.length);
    const behind = this.position - this.replicas[replica]!;
    this.replicas[replica]! += this.random(behind + 1);
  }

  /** @param floor position that the answer must be at, at least; @param wait false: any replica will do */
  select(listing: string, floor: number, wait: boolean): Content {
    const replayed = this.replicas[this.random(this.replicas.length)]!;
    const at = replayed >= floor || !wait ? replayed : this.position;
    const rows = this.past[at]!;
    return Object.fromEntries(PRODUCTS.filter((id) => isIn(rows[id]!, listing)).map((id) => [id, rows[id]!.version]));
  }

  /** Call when a read begins; says what its page lacks of all that was acknowledged by then. */
  expectation(listing: string): (content: Content) => string[] {
    const since = new Map(this.acknowledged);
    return (content) =>
      PRODUCTS.filter((id) => {
        // Each product on its own: a page may lack a change that isn't acknowledged yet, and show a later one.
        const states = this.past.slice(since.get(id) ?? 0).map((rows) => rows[id]!);
        return !states.some((row) => (isIn(row, listing) ? row.version : undefined) === content[id]);
      });
  }
}

const isIn = ({ category }: Row, listing: string): boolean => listing === EVERYWHERE || category === listing;
