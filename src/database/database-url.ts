/** Where PostgreSQL is, for those who need a connection of their own beside the pool. */
export class DatabaseUrl {
  constructor(readonly value: string) {}

  /** Whether PostgreSQL is known to share the machine. */
  get isLocal(): boolean {
    if (!URL.canParse(this.value)) return false;
    const { hostname, searchParams } = new URL(this.value);
    const host = searchParams.get('host') ?? hostname;
    return ['', 'localhost', '127.0.0.1', '[::1]'].includes(host) || host.startsWith('/');
  }
}
