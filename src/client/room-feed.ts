import type { ExceptionMessage, LogCursor, Room, SubscribeMessage, SubscriptionConfirmed } from '../contracts/index.js';
import { errorOf, type InventoryClientError } from './errors.js';
import type { RoomListener } from './room-listener.js';
import type { RecentEvents } from './recent-events.js';
import { concerns } from './rooms.js';
import type { InventoryEvent } from './types.js';

/** What a room needs of the connection. */
export interface Transport {
  readonly recent: RecentEvents;
  /** Asks the server; there is no answer if the connection breaks. */
  send(message: SubscribeMessage, answer: (answer: SubscriptionConfirmed | ExceptionMessage) => void): void;
  /** Has `request` called later. */
  retryLater(): void;
}

/**
 * A request to be let in, and for whom. Events that come before its answer are held until it is known where to begin.
 */
interface Admission {
  members: Set<RoomListener>;
  since: LogCursor | undefined;
  underWay: boolean;
  held: InventoryEvent[];
  /** Some of what came after `since` isn't kept any more. */
  forgotten: boolean;
}

/**
 * One room and its handlers. Members that are live have all got everything up to one cursor, so after a reconnection
 * one request brings them what they have missed.
 */
export class RoomFeed {
  private readonly live = new Set<RoomListener>();
  private readonly admissions = new Set<Admission>();
  /** Confirmations that came as events and may be copies of answers still to come. */
  private copies: SubscriptionConfirmed[] = [];
  private cursor: LogCursor = { epoch: '', position: 0 };

  constructor(
    readonly room: Room,
    private readonly transport: Transport,
  ) {}

  get empty(): boolean {
    return this.live.size === 0 && this.admissions.size === 0;
  }

  private get asking(): boolean {
    return [...this.admissions].some(({ underWay }) => underWay);
  }

  add(member: RoomListener, since?: LogCursor): void {
    this.admissions.add({ members: new Set([member]), since, underWay: false, held: [], forgotten: false });
  }

  remove(member: RoomListener): void {
    this.live.delete(member);
    for (const admission of this.admissions) {
      admission.members.delete(member);
      if (admission.members.size === 0) this.admissions.delete(admission);
    }
  }

  /** Asks for everybody who isn't let in yet. */
  request(): void {
    for (const admission of this.admissions) if (!admission.underWay) this.ask(admission);
  }

  /** The connection is lost: everybody waits to be let in again where they were. */
  interrupted(): void {
    this.copies = [];
    for (const admission of this.admissions) admission.underWay = false;
    if (this.live.size === 0) return;
    const members = new Set(this.live);
    this.admissions.add({ members, since: this.cursor, underWay: false, held: [], forgotten: false });
    this.live.clear();
    for (const member of members) member.status('waiting');
  }

  take(event: InventoryEvent): void {
    if (!concerns(this.room, event)) return;
    for (const admission of this.admissions) if (admission.underWay) admission.held.push(event);
    // Older ones are for members who are catching up.
    if (this.live.size === 0 || event.position <= this.reached(event.epoch)) return;
    this.cursor = { epoch: event.epoch, position: event.position };
    for (const member of [...this.live]) member.event(event);
  }

  /** A confirmation without a question of ours says that a slow reader was left out of something. */
  told(confirmed: SubscriptionConfirmed): void {
    if (confirmed.reason === undefined) return;
    if (this.asking) this.copies.push(confirmed);
    else this.missed(confirmed, confirmed.reason);
  }

  end(error: Error): void {
    for (const { members } of [{ members: this.live }, ...this.admissions]) {
      for (const member of members) member.end(error);
    }
    this.live.clear();
    this.admissions.clear();
  }

  private ask(admission: Admission): void {
    const { since } = admission;
    // The server sends an event once to a client; what it has sent before this is ours to give.
    const known = since ? this.transport.recent.after(since.position) : [];
    admission.held = (known ?? []).filter((event) => concerns(this.room, event));
    admission.forgotten = known === undefined;
    admission.underWay = true;
    this.transport.send({ ...this.room, ...(since && { since }) }, (answer) => {
      // The listener may have left meanwhile.
      if (this.admissions.has(admission)) this.applyAnswer(admission, answer);
    });
  }

  private applyAnswer(admission: Admission, answer: SubscriptionConfirmed | ExceptionMessage): void {
    admission.underWay = false;
    if ('status' in answer) this.refused(admission, errorOf(answer));
    else this.admit(admission, answer);
    if (this.asking) return;
    for (const copy of this.copies.splice(0)) this.told(copy);
  }

  private refused(admission: Admission, error: InventoryClientError): void {
    if (error.retryable) {
      this.transport.retryLater();
      return;
    }
    this.admissions.delete(admission);
    for (const member of admission.members) member.end(error);
  }

  private admit(admission: Admission, confirmed: SubscriptionConfirmed): void {
    const { members, since, held } = admission;
    const { epoch, position, recovered } = confirmed;
    const reason = confirmed.reason ?? (admission.forgotten ? 'too_old' : undefined);
    const from = since && !reason && recovered ? since.position : position;
    const events = inOrder(held.filter((event) => event.epoch === epoch && event.position > from));
    const copy = this.copies.findIndex((one) => JSON.stringify(one) === JSON.stringify(confirmed));
    if (copy >= 0) this.copies.splice(copy, 1);
    this.admissions.delete(admission);
    this.cursor = { epoch, position: Math.max(this.reached(epoch), position, events.at(-1)?.position ?? 0) };
    for (const member of members) this.live.add(member);
    for (const member of members) {
      member.confirmed(confirmed);
      if (reason) member.gap({ reason, epoch, position });
      for (const event of events) member.event(event);
    }
  }

  private missed({ epoch, position }: LogCursor, reason: NonNullable<SubscriptionConfirmed['reason']>): void {
    this.cursor = { epoch, position: Math.max(this.reached(epoch), position) };
    for (const member of [...this.live]) member.gap({ reason, epoch, position });
  }

  private reached(epoch: string): number {
    return this.cursor.epoch === epoch ? this.cursor.position : 0;
  }
}

function inOrder(events: readonly InventoryEvent[]): InventoryEvent[] {
  const byPosition = new Map(events.map((event) => [event.position, event]));
  return [...byPosition.values()].sort((one, other) => one.position - other.position);
}
