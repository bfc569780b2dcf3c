import { FastSearchHandler } from '../../src/inventory/index.js';
import type { Answer, TestApp } from './app.js';

export const SEARCHES = ['/api/products/search?vendorId=vnd_lane&limit=7', '/api/vendors/search?q=lane'];
export type Fields = Record<string, string>;

/** Without any header that isn't named. */
export async function ask(app: TestApp, url: string, headers: Fields = {}, method = 'GET'): Promise<Answer<unknown>> {
  const response = await fetch(`${app.url}${url}`, { method, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? '' : JSON.parse(text) };
}

/** All that must be equal either way. */
export const plain = ({ status, headers, body }: Answer<unknown>) => ({
  status,
  headers: [...headers].filter(([name]) => !['date', 'x-correlation-id', 'x-cache', 'ratelimit'].includes(name)).sort(),
  body,
});

/** How often the fast path was asked for a URL and took it; its answers are counted, not what it could have done. */
export function watchFastPath(app: TestApp): { taken: number } {
  const fast = app.app.get(FastSearchHandler);
  const seen = { taken: 0 };
  const find = fast.find.bind(fast);
  fast.find = (url) => {
    const found = find(url);
    return (
      found && {
        ...found,
        answer: async (request) => {
          const answer = await found.answer(request);
          seen.taken += 1;
          return answer;
        },
      }
    );
  };
  return seen;
}

/** The same search, spelled differently each time. */
let spelling = 0;
export function respelled(url: string): string {
  spelling += 1;
  return `${url}${'&'.repeat(spelling)}`;
}
