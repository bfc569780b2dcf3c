/** Where PostgreSQL is, for those who need a connection of their own beside the pool. */
export class DatabaseUrl {
  constructor(readonly value: string) {}
}
