/** An answer as it was sent. */
export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer | null;
}

/** Headers that belong to the answer; all others are of the connection or of the single request. */
export const KEPT_HEADERS = ['content-type', 'etag', 'retry-after'] as const;

/** Refusals that say how things stood, not what was wrong with the request or the server. */
const LASTING = new Set([404, 409, 410, 412]);

/** Whether a retry gets the same answer. Other refusals have had no effect, and the request may be tried again. */
export function isFinal(status: number): boolean {
  return (status >= 200 && status < 300) || LASTING.has(status);
}
