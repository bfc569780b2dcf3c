import type { Problem } from '../../../client/index.js';
import { SERVER, token } from './session.js';

/** A refusal of the server, or its absence (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface ApiAnswer<Body> {
  body: Body;
  headers: Headers;
  /** Milliseconds until the answer was there. */
  took: number;
}

export interface ApiRequest {
  method?: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export function urlOf(path: string, query: ApiRequest['query'] = {}): URL {
  const url = new URL(SERVER + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return url;
}

/** For what the client library has no method for: the operators' part of the API. */
export async function ask<Body>(path: string, request: ApiRequest = {}): Promise<ApiAnswer<Body>> {
  const { method = 'GET', query, body, signal } = request;
  const began = performance.now();
  const response = await fetch(urlOf(path, query), {
    method,
    signal: signal ?? null,
    headers: {
      ...(token.value !== null && { authorization: `Bearer ${token.value}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', error.message);
  });
  const took = performance.now() - began;
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  if (!response.ok && !(path === '/health' && response.status === 503)) throw errorOf(response.status, parsed);
  return { body: parsed as Body, headers: response.headers, took };
}

export const get = async <Body>(path: string, query?: ApiRequest['query'], signal?: AbortSignal): Promise<Body> =>
  (await ask<Body>(path, { ...(query && { query }), signal })).body;

function errorOf(status: number, body: unknown): ApiError {
  const {
    code = 'error',
    detail = '',
    errors = [],
  } = (typeof body === 'object' && body ? body : {}) as Partial<Problem>;
  const fields = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new ApiError(status, code, fields === '' ? detail : `${detail} (${fields})`);
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
