import type { ClientBase, ClientConfig } from 'pg';
import { RELIED_ON, setSettings, type Settings, startupOptions } from './session/session-settings.js';

/**
 * How settings reach a session: in the startup packet, which costs nothing, or by a statement on the new connection,
 * for a pooler
 * (PgBouncer) that refuses or ignores settings in the packet.
 */
export type SettingsSent = 'with the startup packet' | 'by a statement';

/** A new connection's configuration, and what has to be done on it before anything else. */
export interface ConnectionSetUp {
  config: ClientConfig;
  prepare: (client: ClientBase) => Promise<void>;
}

/** Where PostgreSQL is, and the one place that says how connections to it are set up. */
export class DatabaseUrl {
  /**
   * @param settings of every session, beside those that a connection has of its own
   */
  constructor(
    readonly value: string,
    private readonly settings: Settings = RELIED_ON,
    private readonly sent: SettingsSent = 'with the startup packet',
  ) {}

  /** Whether PostgreSQL is known to share the machine. */
  get isLocal(): boolean {
    if (!URL.canParse(this.value)) return false;
    const { hostname, searchParams } = new URL(this.value);
    const host = searchParams.get('host') ?? hostname;
    return ['', 'localhost', '127.0.0.1', '[::1]'].includes(host) || host.startsWith('/');
  }

  /** The same database, with settings of which this one knows nothing. */
  with(settings: Settings, sent: SettingsSent = this.sent): DatabaseUrl {
    return new DatabaseUrl(this.value, { ...this.settings, ...settings }, sent);
  }

  /**
   * How to connect. Settings in the URL's own `options` hold as far as the product doesn't rely on others.
   *
   * @param own of the connection, beside its address
   * @param settings of the connection's session, before all others
   */
  setUp(own: ClientConfig = {}, settings: Settings = {}): ConnectionSetUp {
    const all = { ...this.settings, ...settings };
    const { connectionString, options } = apart(this.value);
    if (this.sent === 'by a statement') {
      return {
        config: { ...own, connectionString },
        prepare: async (client) => void (await client.query(setSettings(all))),
      };
    }
    const config = { ...own, connectionString, options: `${options} ${startupOptions(all)}`.trim() };
    return { config, prepare: () => Promise.resolve() };
  }
}

/** The driver prefers what stands in the URL to what it is given beside it, so `options` is taken out. */
function apart(url: string): { connectionString: string; options: string } {
  if (!URL.canParse(url)) return { connectionString: url, options: '' };
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options') ?? '';
  if (options === '') return { connectionString: url, options };
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options };
}
