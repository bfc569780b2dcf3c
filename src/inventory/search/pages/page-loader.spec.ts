import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { SqlClient } from '../../../database/index.js';
import type { AwaitSequenced, EventLog } from '../../../events/index.js';
import { UnavailableError } from '../../../infra/index.js';
import type { Moments } from '../../moments.js';
import { PageLoader } from './page-loader.js';
import type { PageReader, PageRequest, ReadPage } from './page-reader.js';
import type { SnapshotPositions } from './snapshot-positions.js';

const REQUEST: PageRequest = { filters: {}, options: { limit: 20, sort: 'newest' } };

interface History {
  isReached?: boolean;
  /** Where the log ends. */
  head?: number;
  /** By when all that is committed has a position; by default it is at `head` at once. */
  allOrNone?: () => Promise<number | null>;
  /** Milliseconds that each page takes. */
  takes?: number;
}

/** @param positions of the pages that are read, in turn */
function loaderWith(
  positions: (number | 'late' | undefined)[],
  { isReached = true, head = 9, allOrNone = () => Promise.resolve(head), takes }: History = {},
) {
  let now = 0;
  if (takes !== undefined) jest.spyOn(performance, 'now').mockImplementation(() => now);
  const read = jest.fn(({ at }: PageRequest) => {
    now += takes ?? 0;
    return Promise.resolve({
      items: [{ id: 'prd_1', item: `{"id":"prd_1","at":${at ?? 'null'}}` }],
      nextCursor: null,
      interpretation: { kind: 'exact' },
      followUps: [],
      seen: [{ position: 7, waiting: '2:5' }],
    } as unknown as ReadPage);
  });
  const reachesSoon = jest.fn(() => Promise.resolve(isReached));
  const loader = new PageLoader(
    {} as SqlClient,
    { epoch: 'e' } as EventLog,
    { read } as unknown as PageReader,
    { all: () => Promise.resolve(head), allOrNone } as AwaitSequenced,
    { of: () => Promise.resolve(positions.shift()) } as unknown as SnapshotPositions,
    { reachesSoon } as unknown as Moments,
  );
  const pageOf = async () => {
    const { json, isMakeshift = false } = await loader.products(REQUEST);
    return { ...(JSON.parse(json!) as { position: number; unsettled?: true }), isMakeshift };
  };
  return { pageOf, read, reachesSoon };
}

afterEach(() => void jest.restoreAllMocks());

describe('a page that has seen what got its position behind others', () => {
  it('is read again, and is of the position that it is then of', async () => {
    const { pageOf, read, reachesSoon } = loaderWith([undefined, 9]);
    expect(await pageOf()).toMatchObject({ position: 9, isMakeshift: false });
    expect(read).toHaveBeenCalledTimes(2);
    expect(reachesSoon).not.toHaveBeenCalled();
  });

  it('is read from the history after three times', async () => {
    const { pageOf, read } = loaderWith([undefined, undefined, undefined]);
    expect(await pageOf()).toMatchObject({ position: 9, items: [{ at: 9 }], isMakeshift: false });
    expect(read).toHaveBeenCalledTimes(4);
  });

  it('is read on as it is now where the history is behind, and waits for that no second time', async () => {
    const behind = loaderWith([undefined, undefined, undefined, undefined, 12], { isReached: false });
    expect(await behind.pageOf()).toMatchObject({ position: 12, items: [{ at: null }] });
    expect(behind.reachesSoon).toHaveBeenCalledTimes(1);
    const { pageOf, read, reachesSoon } = loaderWith([], { isReached: false });
    expect(await pageOf()).toMatchObject({ position: 7, unsettled: true, isMakeshift: true });
    expect(read).toHaveBeenCalledTimes(6);
    expect(reachesSoon).toHaveBeenCalledTimes(1);
  });

  it('is not read from a history that ends before what it has seen', async () => {
    const { pageOf, read, reachesSoon } = loaderWith([undefined, undefined, undefined, 'late'], { head: 8 });
    expect(await pageOf()).toMatchObject({ position: 7, unsettled: true });
    expect(read).toHaveBeenCalledTimes(4);
    expect(reachesSoon).not.toHaveBeenCalled();
  });

  it('is not read from a history that may lack acknowledged changes, as some have no position yet', async () => {
    const overtaken = [undefined, undefined, undefined];
    const late = loaderWith([...overtaken, 'late'], { allOrNone: () => Promise.resolve(null) });
    expect(await late.pageOf()).toMatchObject({ position: 7, items: [{ at: null }], unsettled: true });
    expect(late.reachesSoon).not.toHaveBeenCalled();
    const hanging = loaderWith([...overtaken, 12], { allOrNone: () => new Promise(() => undefined) });
    expect(await hanging.pageOf()).toMatchObject({ position: 12, items: [{ at: null }] });
  });

  it('is not read again after one and a half seconds', async () => {
    const { pageOf, read } = loaderWith([], { isReached: false, takes: 400 });
    expect(await pageOf()).toMatchObject({ position: 7, unsettled: true, isMakeshift: true });
    expect(read).toHaveBeenCalledTimes(4);
    const slow = loaderWith([undefined, 12], { takes: 1_600 });
    expect(await slow.pageOf()).toMatchObject({ position: 7, unsettled: true });
  });

  it('is read on as it is now where too many ask the database for how far the history is', async () => {
    const { pageOf, reachesSoon } = loaderWith([undefined, undefined, undefined, 12]);
    reachesSoon.mockRejectedValue(new UnavailableError('Too many requests wait for the database'));
    expect(await pageOf()).toMatchObject({ position: 12, items: [{ at: null }] });
  });
});
