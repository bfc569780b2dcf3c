import type { Socket } from 'socket.io';
import { SERIES_UPDATED, type SeriesUpdated } from '../../contracts/index.js';
import { type SeriesKey, nameOf } from './changed-points.js';

/** Series that are asked for by name at most. */
const MANY = 200;

/** One client's interest in one series. */
export interface SeriesSubscription {
  socket: Socket;
  key: SeriesKey;
  /** All that has changed up to here has been sent; more, unless the feed knows it to be late. */
  position: number;
}

/** Who is to be sent which series, on this instance. */
export class SeriesSubscriptions {
  private readonly bySocket = new Map<Socket, Map<string, SeriesSubscription>>();
  private readonly bySeries = new Map<string, Set<SeriesSubscription>>();
  private many = 0;

  get count(): number {
    return this.many;
  }

  /** Each series once; of many it is quicker to look at all that changes. */
  get series(): SeriesKey[] | 'all' {
    return this.bySeries.size > MANY ? 'all' : [...this.bySeries.values()].map(([first]) => first!.key);
  }

  get all(): SeriesSubscription[] {
    return [...this.bySocket.values()].flatMap((ofSocket) => [...ofSocket.values()]);
  }

  countOf(socket: Socket): number {
    return this.bySocket.get(socket)?.size ?? 0;
  }

  find(socket: Socket, key: SeriesKey): SeriesSubscription | undefined {
    return this.bySocket.get(socket)?.get(nameOf(key));
  }

  /** One that is there already goes on from where it is. */
  add(subscription: SeriesSubscription): void {
    const { socket, key } = subscription;
    const name = nameOf(key);
    if (this.find(socket, key)) return;
    const ofSocket = this.bySocket.get(socket) ?? new Map<string, SeriesSubscription>();
    this.bySocket.set(socket, ofSocket.set(name, subscription));
    this.bySeries.set(name, (this.bySeries.get(name) ?? new Set()).add(subscription));
    this.many += 1;
  }

  remove(socket: Socket, key: SeriesKey): void {
    const subscription = this.find(socket, key);
    if (!subscription) return;
    this.many -= 1;
    const ofSocket = this.bySocket.get(socket)!;
    ofSocket.delete(nameOf(key));
    if (ofSocket.size === 0) this.bySocket.delete(socket);
    const ofSeries = this.bySeries.get(nameOf(key))!;
    ofSeries.delete(subscription);
    if (ofSeries.size === 0) this.bySeries.delete(nameOf(key));
  }

  /** The client has gone. */
  removeAll(socket: Socket): void {
    for (const { key } of [...(this.bySocket.get(socket)?.values() ?? [])]) this.remove(socket, key);
  }

  of(key: SeriesKey): ReadonlySet<SeriesSubscription> {
    return this.bySeries.get(nameOf(key)) ?? new Set();
  }
}

/** @returns how many it hasn't been sent before */
export function send(subscription: SeriesSubscription, updates: readonly SeriesUpdated[]): number {
  const news = updates.filter(({ position }) => position > subscription.position);
  for (const update of news) subscription.socket.emit(SERIES_UPDATED, update);
  return news.length;
}
