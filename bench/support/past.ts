import type { ProductSort, ProjectionState } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { waitFor } from '../../test/support/processes.js';
import { pick } from '../hit-ratio/random.js';
import { missQuery } from '../load/miss-searches.js';
import type { Server } from './server.js';

/** Half of them by text; all with some filter, in some order. */
export function searchOf(random: () => number): string {
  const { minPrice, maxPrice, ...query } = missQuery(random() < 0.5 ? 'text' : 'filters', random);
  if (random() < 0.3) delete query.category;
  if (random() < 0.5) delete query.availability;
  if (query.q === undefined && random() < 0.3) query.q = pick(entries, random).name.slice(0, 200);
  if (random() < 0.5) Object.assign(query, { minPrice, maxPrice });
  if (random() < 0.3) query.state = `State ${Math.floor(random() * 28)}`;
  query.sort = pick<ProductSort>(['relevance', 'newest', 'price_asc', 'price_desc'], random);
  query.exact = 'true';
  return new URLSearchParams(query as Record<string, string>).toString();
}

/** Until all projections have come to a position. */
export async function untilProjected(server: Server, head: number): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { projections } = await server.api<{ projections: ProjectionState[] }>('GET', '/projections');
    const isMade = ({ position, rebuilding }: ProjectionState): boolean => position >= head && rebuilding === null;
    // Some are made known late.
    return projections.length >= 2 && projections.every(isMade);
  };
  await waitFor(isThere, { timeoutMs: 3_600_000, everyMs: 250, what: 'the projections' });
}

/** Milliseconds of each, one after the other. */
export async function timesOf({ url }: Server, count: number, path: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const began = performance.now();
    const one = path();
    const answer = await fetch(`${url}${one}`);
    await answer.arrayBuffer();
    if (!answer.ok && answer.status !== 404) throw new Error(`${one}: ${answer.status}`);
    times.push(performance.now() - began);
  }
  return times;
}

/** The value that so much of all is at most. */
export function share(times: readonly number[], part: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.floor(part * (sorted.length - 1))]!;
}
