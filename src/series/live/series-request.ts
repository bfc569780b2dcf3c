import type { LogCursor } from '../../contracts/index.js';
import { cursorOf, need, record, refused } from '../../realtime/index.js';
import { slugRule, textRule, UNKNOWN } from '../../validation/index.js';

export interface SeriesRequest {
  commodity: string;
  state?: string;
  /** Where the client's points end. */
  since?: LogCursor;
}

const placeRule = textRule(200);

/**
 * Reads a request for a series. Throws `ValidationFailedError` that names the first field at fault and its first fault:
 * the commodity, the state, fields that aren't known, `since`.
 */
export function parseSeriesRequest(payload: unknown, { since }: { since: boolean }): SeriesRequest {
  const body = record(payload, 'payload');
  const commodity = need(body, 'commodity', slugRule);
  const state = body.state === undefined ? {} : { state: need(body, 'state', placeRule) };
  const known = ['commodity', 'state', ...(since ? ['since'] : [])];
  const unknown = Object.keys(body).find((field) => !known.includes(field));
  if (unknown !== undefined) throw refused(unknown.slice(0, 64), UNKNOWN);
  return { commodity, ...state, ...(body.since !== undefined && { since: cursorOf(body.since) }) };
}
