import { type KnownHistory, provenPosition } from '../../src/database/replicas/proven-position.js';
import type { StandbyView } from '../../src/database/replicas/replica-check.sql.js';
import { randomOf } from './interleaving.js';

/** What a reader holds a replica to; without one of these it must be found to read too little. */
export interface ReplicaRules {
  /** It is as far as the floor. */
  floorIsReached: boolean;
  /** Its LSN is read before its timeline, and both before the data. */
  lsnIsReadFirst: boolean;
  dataAreReadLast: boolean;
  /** It gets the primary's timeline. */
  receivesTheTimeline: boolean;
  /** Its data name the primary's timeline. */
  dataNameTheTimeline: boolean;
  /** Its data name the epoch. */
  dataNameTheEpoch: boolean;
  /** Writers ask how far the log is when they have committed. */
  askedAfterTheCommit: boolean;
}

export const ALL_RULES: ReplicaRules = {
  floorIsReached: true,
  lsnIsReadFirst: true,
  dataAreReadLast: true,
  receivesTheTimeline: true,
  dataNameTheTimeline: true,
  dataNameTheEpoch: true,
  askedAfterTheCommit: true,
};

/** A record of the write-ahead log. */
type Entry = { commit: number } | { note: { timeline: number; epoch: number } } | { other: number };

interface Server {
  log: Entry[];
  /** Of a standby: how much of `log` it has replayed; all of it on a server that writes. */
  replayed: number;
  /** That it writes, or gets. */
  timeline: number;
  standby: boolean;
  upstream: Server | undefined;
}

const FIRST_NOTE: Entry = { note: { timeline: 1, epoch: 1 } };

const digits = (number: number, count: number): string => number.toString(16).toUpperCase().padStart(count, '0');

/**
 * One run of servers that follow, leave and take the place of each other, with a product that writes to the primary and
 * reads from the others.
 *
 * @returns how many reads were answered by replicas
 * @throws if one of them lacks what was acknowledged before it
 */
export function runReplicas(seed: number, rules: ReplicaRules = ALL_RULES): number {
  const random = randomOf(seed);
  const one = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
  let last = 0;
  let answered = 0;
  const first: Server = { log: [FIRST_NOTE], replayed: 1, timeline: 1, standby: false, upstream: undefined };
  const follower = (upstream: Server): Server => ({
    log: [...upstream.log],
    replayed: 1,
    timeline: upstream.timeline,
    standby: true,
    upstream,
  });
  const servers = [first, follower(first), follower(first), follower(first)];
  servers[3]!.upstream = servers[2];
  let primary = first;
  let epoch = 1;
  /** By the instance that reads; another one may write. */
  const known: KnownHistory = { epoch: '1', timeline: digits(1, 8) };
  const acknowledged = new Set<number>();
  let floor = '';
  /** A log that was set back is noticed later; until then anything may be read. */
  let unnoticed = false;

  const position = (): string => digits(primary.timeline, 8) + digits(primary.log.length, 16);
  const write = (server: Server, entry: Entry): void => {
    server.log.push(entry);
    server.replayed = server.log.length;
  };
  const streams = ({ standby, upstream, log }: Server): boolean =>
    standby && upstream !== undefined && log.every((entry, index) => upstream.log[index] === entry);
  const noteOf = ({ log, replayed }: Server): { timeline: number; epoch: number } => {
    const notes = log.slice(0, replayed).flatMap((entry) => ('note' in entry ? [entry.note] : []));
    return notes.at(-1) ?? { timeline: 0, epoch: 0 };
  };

  const change = (): void => {
    const commit = (last += 1);
    const before = position();
    write(primary, { commit });
    if (random(2) === 0) write(primary, { other: (last += 1) });
    const asked = rules.askedAfterTheCommit ? position() : before;
    acknowledged.add(commit);
    if (asked > floor) floor = asked;
  };
  const follow = (server: Server): void => {
    if (!streams(server)) return;
    const { upstream } = server;
    // It says that it gets another timeline before it has anything of it.
    server.timeline = upstream!.timeline;
    if (random(3) === 0) return;
    server.log.push(...upstream!.log.slice(server.log.length, server.log.length + 1 + random(4)));
  };
  const replay = (server: Server): void => {
    if (server.standby) server.replayed += random(server.log.length - server.replayed + 1);
  };
  /** It takes the next number that it knows of, which another one may have taken as well. */
  const promote = (server: Server): void => {
    server.replayed = server.log.length;
    server.standby = false;
    server.upstream = undefined;
    server.timeline += 1;
    write(server, { other: (last += 1) });
  };
  const failOver = (server: Server): void => {
    if (!server.standby || !streams(server) || server.upstream !== primary) return;
    // Synchronous: it has every commit.
    server.log = [...primary.log];
    promote(server);
    primary = server;
  };
  const demote = (server: Server): void => {
    if (server === primary || server.standby) return;
    server.standby = true;
    server.upstream = one(servers.filter((other) => other !== server));
  };
  const note = (): void => {
    if (noteOf(primary).timeline !== primary.timeline || noteOf(primary).epoch !== epoch) {
      write(primary, { note: { timeline: primary.timeline, epoch } });
    }
  };
  const setBack = (): void => {
    primary.log = primary.log.slice(0, 1 + random(primary.log.length));
    primary.replayed = primary.log.length;
    unnoticed = true;
  };
  const notice = (): void => {
    if (!unnoticed) return;
    epoch += 1;
    note();
    Object.assign(known, { epoch: String(epoch), timeline: digits(primary.timeline, 8) });
    // Floors of the epoch before are dropped; what it is all about from now on is asked anew.
    floor = position();
    unnoticed = false;
  };
  const look = (): void => void (known.timeline = digits(primary.timeline, 8));

  const step = (): void => {
    const server = one(servers);
    const steps = [
      change,
      change,
      () => follow(server),
      () => follow(server),
      () => replay(server),
      () => replay(server),
      note,
      look,
      () => (!server.standby ? write(server, { other: (last += 1) }) : undefined),
    ];
    const rare = [
      () => (server.standby ? promote(server) : undefined),
      () => failOver(server),
      () => demote(server),
      () => (server.standby && random(2) === 0 ? (server.upstream = one(servers.filter((s) => s !== server))) : 0),
      setBack,
      notice,
      notice,
    ];
    one(random(8) === 0 ? rare : steps)();
  };
  const pass = (server: Server): void => {
    const { upstream } = server;
    // Rare, and all that may happen between two parts of a read at its worst.
    if (random(4) === 0 && upstream?.standby) promote(upstream);
    for (let count = random(8); count > 0; count -= 1) {
      step();
      if (random(2) === 0) follow(server);
      if (random(2) === 0) replay(server);
    }
  };

  for (let read = 0; read < 12; read += 1) {
    for (let count = random(12); count > 0; count -= 1) step();
    const server = one(servers.filter((other) => other !== primary));
    const [expected, needed] = [new Set(acknowledged), floor];
    const wasUnnoticed = unnoticed;
    const [epochThen] = [epoch];
    let replayed = 0;
    let timeline = 0;
    let data: Entry[] = [];
    let seen = noteOf(server);
    const readData = (): void => void (data = server.log.slice(0, server.replayed));
    const readLsn = (): void => {
      replayed = server.replayed;
      seen = noteOf(server);
    };
    const readTimeline = (): void => void (timeline = server.timeline);
    // Each part sees what the ones before it have seen, or more.
    const order = rules.lsnIsReadFirst ? [readLsn, readTimeline] : [readTimeline, readLsn];
    for (const part of rules.dataAreReadLast ? [...order, readData] : [readData, ...order]) {
      part();
      pass(server);
    }
    const view: StandbyView = {
      // One that was promoted says so, or at least that it gets nothing any more.
      standby: true,
      replayed: digits(replayed, 16),
      streams: true,
      receiving: rules.receivesTheTimeline ? digits(timeline, 8) : known.timeline,
      timeline: rules.dataNameTheTimeline ? digits(seen.timeline, 8) : known.timeline,
      epoch: rules.dataNameTheEpoch ? String(seen.epoch) : known.epoch!,
    };
    const proven = provenPosition(view, known);
    if (typeof proven === 'string' || (proven.position < needed && rules.floorIsReached)) continue;
    if (wasUnnoticed || unnoticed || epochThen !== epoch) continue;
    answered += 1;
    // What the primary itself has lost can't be read anywhere.
    const kept = new Set(primary.log);
    const has = new Set(data);
    const lacks = [...kept].filter((entry) => 'commit' in entry && expected.has(entry.commit) && !has.has(entry));
    if (lacks.length > 0) throw new Error(`seed ${seed}: read ${read} lacks ${JSON.stringify(lacks)}`);
  }
  return answered;
}
