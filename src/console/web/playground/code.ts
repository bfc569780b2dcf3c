import type { Room } from '../../../client/index.js';

/** What is listened to. */
export type Topic = Room | { type: 'search'; query: Record<string, string> };

const quoted = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .replace(/"(\w+)":/g, '$1:')
    .replaceAll('\n', '\n  ');

/** A program with the client library that does the same. */
export function codeFor(topic: Topic, server: string): string {
  const begin = [
    "import { createInventoryClient } from 'mandi-inventory-sync/client';",
    '',
    `const client = createInventoryClient({ url: ${JSON.stringify(server)} });`,
  ];
  if (topic.type === 'search') {
    return [
      ...begin,
      `client.liveSearch(${quoted(topic.query)}, (page, { reason }) => {`,
      '  console.log(reason, page.items);',
      '});',
      '',
    ].join('\n');
  }
  return [
    ...begin,
    `client.subscribe(${quoted(topic)}, (event) => {`,
    '  console.log(event.eventType, event.changes);',
    '});',
    '',
  ].join('\n');
}

/** What curl can do of it: a search once, or the events so far. No shell takes anything in it for a command. */
export function curlFor(topic: Topic, server: string): string {
  const [path, query] =
    topic.type === 'search'
      ? ['/api/products/search', topic.query]
      : [
          '/api/events',
          {
            after: '0',
            ...(topic.type === 'vendor' && { vendorId: topic.vendorId }),
            ...(topic.type === 'category' && { category: topic.category }),
          },
        ];
  const token = topic.type === 'search' ? '' : ' -H "Authorization: Bearer $TOKEN"';
  const parameters = Object.entries(query).map(
    ([name, value]) => ` \\\n  --data-urlencode ${inQuotes(`${name}=${value}`)}`,
  );
  return `curl -sG ${inQuotes(server + path)}${token}${parameters.join('')}`;
}

const inQuotes = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
