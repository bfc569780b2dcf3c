import { computed, effect, signal } from '@preact/signals';
import { createInventoryClient, type InventoryClient } from '../../../client/index.js';

const KEY = 'mandi.token';

/** Where the server is: the console is `console` of it. */
export const SERVER = new URL('.', location.href.replace(/[?#].*$/, '')).href.replace(/\/$/, '');

/** The bearer token, of this tab only; never part of an address. */
export const token = signal<string | null>(sessionStorage.getItem(KEY));
effect(() => {
  if (token.value === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token.value);
});

export interface Identity {
  role: string;
  vendorId: string | null;
}

/** Who the token says one is: to show what may be done. What is allowed the server decides. */
export const identity = computed<Identity | null>(() => (token.value === null ? null : identityOf(token.value)));
export const isAdmin = computed(() => identity.value?.role === 'admin');

export function identityOf(jwt: string): Identity | null {
  try {
    const payload = jwt.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { role, vendorId } = JSON.parse(atob(payload)) as { role?: unknown; vendorId?: unknown };
    if (typeof role !== 'string') return null;
    return { role, vendorId: typeof vendorId === 'string' ? vendorId : null };
  } catch {
    return null; // not a token
  }
}

export type Connection = 'connecting' | 'live' | 'lost';
export const connection = signal<Connection>('connecting');
/** When the server was last heard of, while it isn't. */
export const lostAt = signal<number | null>(null);
export const lastError = signal<string | null>(null);

/** One client for all views; another one with another token. */
export const client = signal<InventoryClient>(connect(token.peek()));
export const feedStart = signal(0);

function connect(jwt: string | null): InventoryClient {
  const made = createInventoryClient({
    url: SERVER,
    ...(jwt !== null && { token: jwt }),
    socketOptions: { reconnectionDelayMax: 5_000 },
  });
  made.on('connected', () => {
    connection.value = 'live';
    lostAt.value = null;
    lastError.value = null;
  });
  made.on('disconnected', () => {
    if (made === client.peek()) lost();
  });
  made.on('error', (error) => {
    lastError.value = error.message;
    if (!made.connected) lost();
  });
  return made;
}

function lost(): void {
  connection.value = 'lost';
  lostAt.value ??= Date.now();
}

export function signIn(jwt: string | null): void {
  if (jwt === token.peek()) return;
  token.value = jwt;
  const former = client.peek();
  connection.value = 'connecting';
  client.value = connect(jwt);
  former.close();
}
