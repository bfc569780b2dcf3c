import { computed, signal } from '@preact/signals';

export const VIEWS = ['market', 'prices', 'desk', 'imports', 'operations', 'playground', 'product', 'vendor'] as const;
export type View = (typeof VIEWS)[number];

/** The address behind `#`: `#/product/prd_1?…`. The server is never sent it. */
const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

export interface Route {
  view: View;
  id: string | undefined;
  query: URLSearchParams;
}

export const route = computed<Route>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?', 2);
  const [view, id] = path.split('/', 2);
  return {
    view: VIEWS.find((one) => one === view) ?? 'market',
    id: id === undefined ? undefined : decoded(id),
    query: new URLSearchParams(query),
  };
});

export const view = computed(() => route.value.view);

export const linkTo = (view: View, id?: string): string =>
  `#/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

/** What is chosen in a view, so that it can be linked to; no step back for each letter that is typed. */
export function replaceQuery(query: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const path = hash.peek().split('?', 1)[0] || '#/market';
  const next = given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
  if (next === hash.peek()) return;
  history.replaceState(null, '', next);
  hash.value = next;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
