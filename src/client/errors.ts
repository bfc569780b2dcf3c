import type { ExceptionMessage, Problem } from '../contracts/index.js';

/** Codes of refusals that asking again doesn't change. */
const PERMANENT = new Set(['validation_failed', 'too_many_subscriptions', 'payload_too_large', 'closed']);

/** A refusal by the server, or the end of what was asked for. */
export class InventoryClientError extends Error {
  override readonly name = 'InventoryClientError';

  /**
   * @param code stable, as in the server's `docs/errors.md`; beside these `closed` (the subscription or the client was
   *   closed) and `http_error` (an answer without a problem document)
   * @param status of an HTTP answer
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status?: number,
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

export async function errorOfResponse(response: Response): Promise<InventoryClientError> {
  const problem = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    ? ((await response.json()) as Partial<Problem>)
    : {};
  const { code = 'http_error', detail = `The server answered ${response.status}` } = problem;
  return new InventoryClientError(code, detail, response.status);
}
