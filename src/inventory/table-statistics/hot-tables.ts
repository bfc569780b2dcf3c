/** A table that requests are answered from, and what keeps statements on it fast. */
export interface HotTable {
  name: string;
  /** Columns that statements compare, join or sort by: the others' values take most of the time of an analysis. */
  columns: readonly string[];
  /** Its GIN indexes: what has been inserted lately waits in a list that each search reads from end to end. */
  ginIndexes: readonly string[];
  /** Whether statements are answered by its indexes alone, as far as its pages are known to be visible to all. */
  byIndexAlone: boolean;
}

/** Names of tables and columns are SQL as they stand. */
export const HOT_TABLES: readonly HotTable[] = [
  {
    name: 'products',
    columns: [
      'id',
      'vendor_id',
      'sku',
      'category',
      'dimension',
      'currency',
      'comparable_price',
      'availability',
      'version',
      'created_at',
      'updated_at',
      'text_id',
    ],
    ginIndexes: [],
    byIndexAlone: true,
  },
  {
    name: 'product_texts',
    columns: ['id', 'hash', 'lexemes', 'category'],
    ginIndexes: ['product_texts_lexemes'],
    byIndexAlone: false,
  },
  {
    name: 'vendors',
    columns: ['id', 'name', 'district', 'state', 'search'],
    ginIndexes: ['vendors_search'],
    byIndexAlone: true,
  },
  { name: 'vendor_stock', columns: ['vendor_id', 'category'], ginIndexes: [], byIndexAlone: true },
  {
    name: 'inventory_events',
    columns: ['seq', 'event_id', 'position', 'product_id', 'vendor_id', 'event_type', 'occurred_at'],
    ginIndexes: [],
    byIndexAlone: false,
  },
  {
    name: 'idempotency_keys',
    columns: ['principal', 'key', 'status', 'created_at'],
    ginIndexes: [],
    byIndexAlone: false,
  },
];
