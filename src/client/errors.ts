import type { ExceptionMessage, Problem } from '../contracts/index.js';

/** Codes of refusals that asking again doesn't change. */
const PERMANENT = new Set(['validation_failed', 'too_many_subscriptions', 'payload_too_large', 'closed']);

/** Seconds: a server that wants more is asked again anyway. */
const LONGEST_RETRY_AFTER = 60;

/** A refusal by the server, or the end of what was asked for. */
export class InventoryClientError extends Error {
  override readonly name = 'InventoryClientError';

  /**
   * @param code stable, as in the server's `docs/errors.md`; beside these `closed` (the subscription or the client was
   *   closed), `http_error` (an answer without a problem document) and `unreachable` (no answer, or one of something
   *   else)
   * @param status of an HTTP answer
   * @param retryAfter milliseconds that the server wants to be left alone
   * @param problem the whole answer: `errors` names each wrong field, `correlationId` finds the server's log lines
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status?: number,
    readonly retryAfter = 0,
    readonly problem: Partial<Problem> = {},
  ) {
    super(message);
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    if (this.status === undefined) return !PERMANENT.has(this.code);
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

export const closed = (what: string): InventoryClientError => new InventoryClientError('closed', `${what} was closed`);

export const errorOf = ({ code, message }: ExceptionMessage): InventoryClientError =>
  new InventoryClientError(code, message);

/** Of an answer that isn't 2xx. */
export async function errorOfResponse(response: Response): Promise<InventoryClientError> {
  const problem = await problemOf(response);
  const { code = 'http_error', detail = `The server answered ${response.status}` } = problem;
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const retryAfter = seconds > 0 ? Math.min(seconds, LONGEST_RETRY_AFTER) * 1_000 : 0;
  return new InventoryClientError(code, detail, response.status, retryAfter, problem);
}

/** Empty for an answer of something else than the server, such as a proxy. */
async function problemOf(response: Response): Promise<Partial<Problem>> {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return {};
  try {
    return ((await response.json()) as Partial<Problem> | null) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
