import pg, { type ClientBase, type ClientConfig } from 'pg';
import { hostsOf } from '../config/index.js';
import { roamingClient } from './roaming-client.js';
import { RELIED_ON, setSettings, type Settings, startupOptions } from './session/session-settings.js';

/**
 * How settings reach a session: in the startup packet, which costs nothing, or by a statement on the new connection,
 * for a pooler
 * (PgBouncer) that refuses or ignores settings in the packet.
 */
export type SettingsSent =
  | 'with the startup packet'
  | 'by a statement'
  /** Those in the URL's own `options` go with the packet, as its author wants. */
  | 'by a statement, after those of the URL';

/** What a pool makes its clients of, and what else makes a client has to. */
export interface ClientClass {
  Client: typeof pg.Client;
}

/** A new connection's configuration, and what has to be done on it before anything else. */
export interface ConnectionSetUp {
  config: ClientConfig & ClientClass;
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
    private readonly clientClass = clientClassOf(value),
  ) {}

  /** Whether PostgreSQL is known to share the machine. */
  get isLocal(): boolean {
    return hostsOf(this.value).every(({ url }) => {
      if (!URL.canParse(url)) return false;
      const { hostname, searchParams } = new URL(url);
      const host = searchParams.get('host') ?? hostname;
      return ['', 'localhost', '127.0.0.1', '[::1]'].includes(host) || host.startsWith('/');
    });
  }

  /** A connection without any setting of the product's, that isn't made yet. */
  plainClient(own: ClientConfig = {}): pg.Client {
    const { clientClass: Client } = this;
    return new Client({ ...own, connectionString: hostsOf(this.value)[0]!.url });
  }

  /** The same database, with settings of which this one knows nothing. */
  with(settings: Settings, sent: SettingsSent = this.sent): DatabaseUrl {
    return new DatabaseUrl(this.value, { ...this.settings, ...settings }, sent, this.clientClass);
  }

  /**
   * Another server of the same database. Its sessions get their settings by a statement: how this server heeds the
   * startup packet says nothing of that one, which may be behind a pooler.
   *
   * @param url of one server
   */
  at(url: string): DatabaseUrl {
    return new DatabaseUrl(url, this.settings, 'by a statement, after those of the URL');
  }

  /**
   * How to connect. Settings in the URL's own `options` hold as far as the product doesn't rely on others.
   *
   * @param own of the connection, beside its address
   * @param settings of the connection's session, before all others
   */
  setUp(own: ClientConfig = {}, settings: Settings = {}): ConnectionSetUp {
    const all = { ...this.settings, ...settings };
    const { url } = hostsOf(this.value)[0]!;
    const { connectionString, options } = apart(url);
    const { clientClass: Client } = this;
    if (this.sent !== 'with the startup packet') {
      return {
        config: { ...own, connectionString: this.sent === 'by a statement' ? connectionString : url, Client },
        prepare: async (client) => void (await client.query(setSettings(all))),
      };
    }
    const config = { ...own, connectionString, Client, options: `${options} ${startupOptions(all)}`.trim() };
    return { config, prepare: () => Promise.resolve() };
  }
}

function clientClassOf(url: string): typeof pg.Client {
  const hosts = hostsOf(url);
  return hosts.length > 1 ? roamingClient(hosts) : pg.Client;
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
