import { AVAILABILITIES } from '../../src/contracts/index.js';
import { randomOf } from '../hit-ratio/random.js';
import { type MissShape, missQuery } from './miss-searches.js';
import { partOf, randomPrice } from './values.js';

/** What is asked of a server. `expect`: what each answer's head must contain. */
export type HttpWork = { token?: string; expect?: string } & (
  | { kind: 'get'; paths: readonly string[] }
  /** Each a search that was never made before. */
  | { kind: 'miss'; shape: MissShape; seed: number }
  /** A change of price of a product picked at random. */
  | { kind: 'patch'; ids: readonly string[]; seed: number }
  /** A change of availability of many products; each connection has its own ones, so that every row changes. */
  | { kind: 'bulk'; ids: readonly string[]; rows: number }
);

type NextRequest = (connection: number) => string;

export function requestsOf(work: HttpWork, connections: number): NextRequest {
  const authorization = work.token === undefined ? '' : `authorization: Bearer ${work.token}\r\n`;
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: bench\r\n${authorization}\r\n`;
  const withBody = (start: string, body: string): string =>
    `${start} HTTP/1.1\r\nhost: bench\r\n${authorization}content-type: application/json\r\n` +
    `content-length: ${body.length}\r\n\r\n${body}`;
  switch (work.kind) {
    case 'get': {
      const requests = work.paths.map(get);
      let turn = 0;
      return () => requests[(turn += 1) % requests.length]!;
    }
    case 'miss': {
      const random = randomOf(work.seed);
      return () => get(`/api/products/search?${new URLSearchParams(missQuery(work.shape, random)).toString()}`);
    }
    case 'patch': {
      const random = randomOf(work.seed);
      const { ids } = work;
      return () => {
        const id = ids[Math.floor(random() * ids.length)]!;
        return withBody(`PATCH /api/products/${id}`, `{"basePrice":${randomPrice(random)}}`);
      };
    }
    case 'bulk': {
      const passes = Array.from({ length: connections }, (_, index) => partOf(work.ids, index, connections, work.rows));
      return (connection) => {
        const { ids, turn } = passes[connection]!();
        const availability = AVAILABILITIES[turn % AVAILABILITIES.length]!;
        const updates = ids.map((productId) => ({ productId, availability }));
        return withBody('POST /api/products/bulk-availability', JSON.stringify({ updates }));
      };
    }
  }
}
