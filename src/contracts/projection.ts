/** Tables that are made of the log alone, as `GET /projections` shows them. */
export interface ProjectionState {
  name: string;
  /** Of the code that has made the tables which are read. */
  version: number;
  /** The tables hold what the log says up to here. */
  position: number;
  /** Of all its tables; an estimate if there are many. */
  rows: number;
  /** How far the tables are that are filled to take their place, of how many positions; null: none are. */
  rebuilding: { position: number; of: number } | null;
}
