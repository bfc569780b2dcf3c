import { STATUS_CODES } from 'node:http';
import { serverUrl } from '../config/index.js';
import { CliError, UsageError } from './run-cli.js';

export interface Server {
  /** Without a slash at its end; may have a path, when the server is mounted under one. */
  readonly url: string;
  readonly token: string | undefined;
}

/** For usage texts: how `parseServer` finds the server. */
export const URL_USAGE = 'where the server is (default: this machine, at HOST and PORT as the server takes them)';

/**
 * Without `url` the server is where this environment would start one.
 *
 * @throws UsageError naming the option that is wrong; ConfigError naming the variable.
 */
export function parseServer(options: { url?: string | undefined; token?: string | undefined }): Server {
  const text = options.url ?? serverUrl();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(`--url must be an http:// or https:// address, not "${text}"`);
  }
  if (options.token !== undefined && !/^[\x21-\x7e]+$/.test(options.token)) {
    throw new UsageError('--token must be one word of ASCII characters');
  }
  return { url: `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, ''), token: options.token };
}

export function authHeaders(server: Server): Record<string, string> {
  return server.token === undefined ? {} : { authorization: `Bearer ${server.token}` };
}

/** The server answered, and refused. */
export class HttpError extends CliError {
  constructor(
    readonly status: number,
    message: string,
    /** The problem that was answered (RFC 9457); empty if it was none. */
    readonly problem: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  static of(server: Server, status: number, body: string): HttpError {
    const hint = status === 401 && server.token === undefined ? ' (give a token with --token)' : '';
    const problem = parseJson(body);
    return new HttpError(status, `${problemMessage(status, body)}${hint}`, isRecord(problem) ? problem : {});
  }
}

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * One short JSON request.
 *
 * @throws HttpError for an answer that is not 2xx; CliError when there is none within ten seconds, or it is not JSON.
 */
export async function requestJson(server: Server, method: string, path: string, body?: unknown): Promise<unknown> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...authHeaders(server),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new CliError(connectionMessage(server, error));
  }
  if (status < 200 || status > 299) throw HttpError.of(server, status, text);
  return parseAnswer(server, text);
}

/** @throws CliError when the text is not JSON, as when another program listens at this address. */
export function parseAnswer(server: Server, text: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new CliError(`${server.url} answered something that is not JSON`);
  return value;
}

/** `400 Bad Request: the detail (field: message; …)` of a problem+json body (RFC 9457), or of any other. */
export function problemMessage(status: number, body: string): string {
  const parsed = parseJson(body);
  const problem = isRecord(parsed) ? parsed : {};
  const heading = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const said = [problem.detail, problem.title, problem.message]
    .filter((part) => typeof part === 'string')
    .find((part) => part !== '');
  const errors = Array.isArray(problem.errors) ? problem.errors.filter(isRecord) : [];
  const fields = errors.map((error) => `${String(error.field)}: ${String(error.message)}`).join('; ');
  return printable(`The server answered ${heading}${said === undefined ? '' : `: ${said}`}${fields && ` (${fields})`}`);
}

const CONNECTION_FAULTS: Record<string, string> = {
  ECONNREFUSED: 'connection refused; is it running?',
  ENOTFOUND: 'unknown host name',
  EAI_AGAIN: 'unknown host name',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  TimeoutError: 'no answer in time',
};

/** One line for whatever node:http or fetch throws when there is no answer. */
export function connectionMessage(server: Server, error: unknown): string {
  const { code, name, message } = rootCause(error);
  const known = [code, name].filter((key) => typeof key === 'string').find((key) => key in CONNECTION_FAULTS);
  const reason = known === undefined ? String(message ?? name) : CONNECTION_FAULTS[known];
  return printable(`No answer from the server at ${server.url}: ${reason}`);
}

// fetch hides the reason in `cause`; a host name with several addresses fails with one error for each.
function rootCause(error: unknown): Record<string, unknown> {
  if (!isRecord(error)) return { message: String(error) };
  const inner: unknown = Array.isArray(error.errors) ? error.errors[0] : error.cause;
  return inner === undefined ? error : rootCause(inner);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One line of text that cannot steer the terminal, wherever the text comes from. */
export function printable(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
