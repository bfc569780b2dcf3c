import { randomOf } from './interleaving.js';

/** What an instance and a leader hold themselves to; without one of these a socket must be found to miss something. */
export interface BusRules {
  /** Whether an event is needed is asked when it is its turn, not when its notice comes. */
  askedAtDelivery: boolean;
  /** A room counts from the tick in which it is joined, not from when its channel is subscribed to. */
  joinCountsAtOnce: boolean;
  /** A content that is needed and doesn't come is read from the log. */
  missingIsRead: boolean;
  /** Notices that don't follow the last position are a gap, which is read from the log. */
  gapIsRead: boolean;
  /** What has been delivered or passed by isn't again. */
  repeatedIsDropped: boolean;
  /** Events behind one that waits for its content wait as well. */
  orderIsKept: boolean;
  /** Heartbeats say how far the log reaches. */
  headIsTold: boolean;
  /** A content belongs to a notice only if both are of one epoch. */
  contentIsOfTheEpoch: boolean;
  /** Notices of another epoch say nothing of this log. */
  noticesAreOfTheEpoch: boolean;
  /** A product that moves goes to the channels of both categories. */
  movedGoesToBoth: boolean;
  /** What was read before the log was set back is dropped. */
  readIsOfTheLog: boolean;
}

export const ALL_RULES: BusRules = {
  askedAtDelivery: true,
  joinCountsAtOnce: true,
  missingIsRead: true,
  gapIsRead: true,
  repeatedIsDropped: true,
  orderIsKept: true,
  headIsTold: true,
  contentIsOfTheEpoch: true,
  noticesAreOfTheEpoch: true,
  movedGoesToBoth: true,
  readIsOfTheLog: true,
};

/** What became of the events on all instances. */
export interface BusOutcome {
  delivered: number;
  passedBy: number;
  reads: number;
}

interface Event {
  id: number;
  epoch: number;
  position: number;
  /** Those in which it is to be seen, and the channels on which its content goes. */
  rooms: readonly string[];
  channels: readonly string[];
}

interface Entry {
  event: Event;
  content: boolean;
  neededThen: boolean;
}

type Message =
  | { kind: 'notices'; epoch: number; events: readonly Event[] }
  | { kind: 'content'; event: Event }
  | { kind: 'heartbeat'; epoch: number; head: number };

/** A socket in a room. */
interface Member {
  room: string;
  from: number;
  got: number[];
}

interface Instance {
  epoch: number;
  cursor: number;
  queue: Entry[];
  contents: Map<number, Event>;
  underWay: Message[];
  /** As Redis has it, and as the instance was told. */
  subscribed: Set<string>;
  behind: boolean;
  reading: { events: readonly Event[] } | null;
  restarts: number;
  readRestarts: number;
  members: Member[];
}

const ROOMS = ['vendor 0', 'vendor 1', 'vendor 2', 'category 0', 'category 1'];

/**
 * One run of leaders that publish events, a network that loses, doubles, delays and reorders what they send, and
 * instances whose sockets join and leave rooms, while slots move, subscriptions come late and the log is set back.
 *
 * @throws if a socket isn't given every event of its room behind the position at which it joined, once and in order
 */
export function runBus(seed: number, rules: BusRules = ALL_RULES): BusOutcome {
  const random = randomOf(seed);
  const one = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
  const outcome: BusOutcome = { delivered: 0, passedBy: 0, reads: 0 };
  let log: Event[] = [];
  let [lastId, epoch, published] = [0, 1, 0];
  const instance = (): Instance => ({
    ...{ epoch, cursor: 0, queue: [], contents: new Map(), underWay: [], subscribed: new Set(), behind: false },
    ...{ reading: null, restarts: 0, readRestarts: 0, members: [] },
  });
  const instances = [instance(), instance()];
  /** Lets the network be kind at the end, so that all must arrive. */
  let healing = false;
  const rarely = (): boolean => !healing && random(4) === 0;

  const send = (to: Instance, message: Message): void => {
    if (rarely()) return;
    to.underWay.push(message);
    if (rarely()) to.underWay.push(message);
  };
  const append = (): void => {
    const [vendor, category, former] = [`vendor ${random(3)}`, `category ${random(2)}`, `category ${random(2)}`];
    const rooms = random(3) === 0 ? [...new Set([vendor, category, former])] : [vendor, category];
    const channels = rules.movedGoesToBoth ? rooms : rooms.slice(0, 2);
    log.push({ id: (lastId += 1), epoch, position: log.length + 1, rooms, channels });
  };
  const publish = (): void => {
    const events = log.slice(published, published + 1 + random(3));
    if (events.length === 0) return;
    published = events.at(-1)!.position;
    for (const to of instances) {
      for (const event of events) {
        for (const channel of event.channels) if (to.subscribed.has(channel)) send(to, { kind: 'content', event });
      }
      send(to, { kind: 'notices', epoch, events });
    }
  };
  const heartbeat = (): void => {
    if (!rules.headIsTold) return;
    for (const to of instances) send(to, { kind: 'heartbeat', epoch, head: log.length });
  };
  /** The next one publishes what it gives positions to, and nothing of what the last one has left. */
  const changeLeader = (): void => void (published = log.length);
  const setBack = (): void => {
    log = log.slice(0, random(log.length + 1));
    epoch += 1;
    published = Math.min(published, log.length);
    for (const at of instances) {
      Object.assign(at, { epoch, cursor: log.length, queue: [], behind: true, restarts: at.restarts + 1 });
      // Its clients are told to fetch anew, and what they have got is of no account.
      for (const member of at.members) Object.assign(member, { from: log.length, got: [] });
    }
  };

  const follows = (at: Instance, channel: string): boolean => at.members.some(({ room }) => room === channel);
  const needs = (at: Instance, { channels }: Event): boolean =>
    channels.some((channel) => follows(at, channel) && (rules.joinCountsAtOnce || at.subscribed.has(channel)));
  const join = (at: Instance): void => void at.members.push({ room: one(ROOMS), from: at.cursor, got: [] });
  const leave = (at: Instance): void => {
    const [left] = at.members.splice(random(at.members.length || 1), 1);
    if (left) check(at, left, at.cursor);
  };
  const subscribe = (at: Instance): void => {
    for (const room of ROOMS) if (follows(at, room) && random(2) === 0) at.subscribed.add(room);
  };
  /** Whatever was subscribed to there is gone, without a word. */
  const moveSlot = (): void => {
    const channel = one(ROOMS);
    for (const at of instances) at.subscribed.delete(channel);
  };

  const check = (at: Instance, { room, from, got }: Member, upTo: number): void => {
    const wanted = log.slice(from, upTo).filter(({ rooms }) => rooms.includes(room));
    const ids = wanted.map(({ id }) => id);
    if (ids.length === got.length && ids.every((id, index) => got[index] === id)) return;
    const name = instances.indexOf(at);
    throw new Error(
      `seed ${seed}: a socket on ${name} in ${room} after ${from} wants ${ids.join()}, got ${got.join()}`,
    );
  };
  const give = (at: Instance, event: Event): void => {
    for (const { room, got } of at.members) if (event.rooms.includes(room)) got.push(event.id);
    outcome.delivered += 1;
  };
  const contentOf = (at: Instance, { event, content }: Entry): Event | undefined => {
    if (content) return event;
    const kept = at.contents.get(event.position);
    return kept && (kept.epoch === event.epoch || !rules.contentIsOfTheEpoch) ? kept : undefined;
  };
  /** Delivers and passes by whatever can be; what waits for a content is given up now and then. */
  const advance = (at: Instance): void => {
    for (let entry = at.queue[0]; entry; entry = at.queue[0]) {
      const { event } = entry;
      if (event.position <= at.cursor && rules.repeatedIsDropped) {
        at.queue.shift();
        continue;
      }
      if (event.position > at.cursor + 1 && rules.gapIsRead) {
        at.behind = true;
        return;
      }
      const content = contentOf(at, entry);
      const needed = rules.askedAtDelivery ? needs(at, event) : entry.neededThen;
      if (!content && needed) {
        const waits = !healing && random(2) === 0;
        if (waits && !rules.orderIsKept) {
          const index = at.queue.findIndex((other, place) => place > 0 && contentOf(at, other));
          if (index > 0) give(at, at.queue.splice(index, 1)[0]!.event);
        }
        if (waits) return;
        if (rules.missingIsRead) {
          at.behind = true;
          return;
        }
      }
      at.queue.shift();
      at.cursor = Math.max(at.cursor, event.position);
      at.contents.delete(event.position);
      if (content) give(at, content);
      else outcome.passedBy += 1;
    }
  };
  const beginRead = (at: Instance): void => {
    if (!at.behind || at.reading) return;
    at.behind = false;
    at.reading = { events: log.slice(at.cursor) };
    at.readRestarts = at.restarts;
    outcome.reads += 1;
  };
  const endRead = (at: Instance): void => {
    if (!at.reading) return;
    const { events } = at.reading;
    at.reading = null;
    if (at.readRestarts !== at.restarts && rules.readIsOfTheLog) {
      at.behind = true;
      return;
    }
    at.queue = [...events.map((event) => ({ event, content: true, neededThen: true })), ...at.queue];
  };
  const receive = (at: Instance): void => {
    const [message] = at.underWay.splice(healing ? 0 : random(at.underWay.length || 1), 1);
    if (!message) return;
    if (message.kind === 'content') at.contents.set(message.event.position, message.event);
    else if (message.epoch !== at.epoch && rules.noticesAreOfTheEpoch) return;
    else if (message.kind === 'heartbeat') {
      if (message.head > Math.max(at.cursor, at.queue.at(-1)?.event.position ?? 0)) at.behind = true;
    } else {
      for (const event of message.events) {
        at.queue.push({ event, content: false, neededThen: needs(at, event) });
      }
    }
  };

  const steps: readonly ((at: Instance) => void)[] = [
    ...[append, append, append, publish, publish, publish, heartbeat],
    ...[join, join, leave, subscribe, subscribe, receive, receive, receive, receive, receive, receive],
    ...[advance, advance, advance, advance, beginRead, endRead, endRead],
  ];
  const rare: readonly (() => void)[] = [changeLeader, moveSlot, moveSlot, setBack];
  for (let count = 60 + random(120); count > 0; count -= 1) {
    if (random(25) === 0) one(rare)();
    else one(steps)(one(instances));
  }
  healing = true;
  for (const at of instances) {
    for (let round = 0; round < 3; round += 1) {
      heartbeat();
      while (at.underWay.length > 0) {
        receive(at);
        advance(at);
      }
      for (let count = 0; count < 3; count += 1) for (const step of [endRead, advance, beginRead]) step(at);
    }
    for (const member of at.members) check(at, member, log.length);
  }
  return outcome;
}
