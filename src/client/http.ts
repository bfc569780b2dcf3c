import { errorOfResponse } from './errors.js';
import type { InventoryClientOptions } from './types.js';

/** Milliseconds after which an answer is not waited for any longer. */
const TIMEOUT = 30_000;

export type QueryValue = string | number | undefined;

/** Reads JSON from the server. Rejects with an `InventoryClientError` for an answer that isn't 2xx. */
export async function getJson<Body>(
  { url, token, fetch = globalThis.fetch }: InventoryClientOptions,
  path: string,
  query: Record<string, QueryValue>,
  signal: AbortSignal,
): Promise<Body> {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, String(value));
  }
  const response = await fetch(target, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  });
  if (!response.ok) throw await errorOfResponse(response);
  return (await response.json()) as Body;
}
