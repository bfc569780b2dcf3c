import { randomOf } from '../interleaving.js';
import { CutOff, Partition, type Page, type Token } from './partition.js';
import { CATEGORIES, type Change, type Content, EVERYWHERE, Postgres } from './postgres.js';
import { ALL_RULES, type Rules } from './rules.js';

/** Each `yield` lets others go first. */
type Steps = Generator<undefined, void>;

export interface Outcome {
  hits: number;
  copies: number;
  misses: number;
  bypasses: number;
  fromReplicas: number;
}

interface Process {
  copies: Map<string, { page: Page<Content>; count: number; issuer: number }>;
  /** Watched listings it has heard of. */
  known: Set<string>;
  /** It reaches no partition, others do. */
  cut: boolean;
}

/** Times that a writer tries to reach a partition before it leaves that to the leader. */
const TRIES = 2;

const LISTINGS = [...CATEGORIES, EVERYWHERE];
const scopesOfSearch = (listing: string): string[] => ['general', `${listing}#set`, `${listing}#price`];

/**
 * One interleaving of readers and writers in two processes over three partitions, each with a listing of its own, a
 * PostgreSQL with two replicas, and what may happen to all of them. In memory and without waiting, so that thousands of
 * them take a second.
 *
 * @throws if a read that began after an acknowledgement lacks what was acknowledged
 */
export function runModel(seed: number, rules: Rules = ALL_RULES): Outcome {
  const random = randomOf(seed);
  let last = 0;
  const postgres = new Postgres(random);
  const partitions = new Map(LISTINGS.map((listing) => [listing, new Partition<Content>(rules, () => (last += 1))]));
  const processes: Process[] = [0, 1].map(() => ({ copies: new Map(), known: new Set(), cut: false }));
  const leader = processes[0]!;
  const outcome: Outcome = { hits: 0, copies: 0, misses: 0, bypasses: 0, fromReplicas: 0 };
  const one = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;
  const partition = (): Partition<Content> => one([...partitions.values()]);
  const actors: Steps[] = [];

  function* load(listing: string, floor: number): Generator<undefined, Content> {
    yield;
    if (postgres.replicas.some((replayed) => replayed >= floor)) outcome.fromReplicas += 1;
    const content = postgres.select(listing, floor, rules.replicasAreWaitedFor);
    yield;
    return content;
  }

  const reach = (process: Process, listing: string): Partition<Content> => {
    if (process.cut) throw new CutOff();
    return partitions.get(listing)!;
  };

  function* readPage(process: Process, listing: string): Generator<undefined, Content> {
    const { copies } = process;
    const copy = copies.get(listing);
    yield;
    if (copy) {
      const { count, issuer } = reach(process, listing).asked();
      yield;
      if (count === copy.count && (issuer === copy.issuer || !rules.copiesNameTheIssuer)) {
        outcome.copies += 1;
        return copy.page.content;
      }
    }
    const early = rules.tokensBeforeTheQuery ? undefined : yield* load(listing, Number.POSITIVE_INFINITY);
    const read = reach(process, listing).read(listing, scopesOfSearch(listing));
    yield;
    if ('hit' in read) {
      outcome.hits += 1;
      copies.set(listing, { page: read.hit, count: read.count, issuer: read.issuer });
      return read.hit.content;
    }
    outcome.misses += 1;
    const floor = Math.max(...[...read.tokens.values()].map((token) => token.floor));
    const content = early ?? (yield* load(listing, floor));
    reach(process, listing).fill(listing, { content, tokens: dependencies(listing, content, read.tokens) });
    return content;
  }

  function* read(): Steps {
    const listing = one(LISTINGS);
    const missing = postgres.expectation(listing);
    let content: Content;
    try {
      content = yield* readPage(one(processes), listing);
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
      outcome.bypasses += 1;
      content = yield* load(listing, Number.POSITIVE_INFINITY);
    }
    const stale = missing(content);
    if (stale.length > 0) throw new Error(`seed ${seed}: a page of ${listing} lacks ${stale.join(', ')}`);
  }

  /** @returns whether it was done */
  function* invalidate(process: Process, change: Change, listing: string): Generator<undefined, boolean> {
    const { known } = process;
    for (let failures = 0; process === leader || failures < TRIES;) {
      yield;
      const own =
        known.has(listing) && change.listings.includes(listing) ? [`${listing}#${change.moved ? 'set' : 'price'}`] : [];
      try {
        const names = reach(process, listing).invalidate([`product:${change.product}`, ...own], change.at, known);
        yield;
        if (!names) return true;
        for (const name of names) known.add(name);
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
        failures += 1;
      }
    }
    return false;
  }

  /** The leader hears of the change in the log. */
  function* invalidateByLeader(change: Change, listing: string): Steps {
    let isDone = false;
    actors.push(
      (function* (): Steps {
        for (let wait = random(15); wait > 0; wait -= 1) yield;
        isDone = yield* invalidate(leader, change, listing);
      })(),
    );
    while (!isDone && rules.cutOffWritersWaitForTheLeader) yield;
  }

  function* write(): Steps {
    const process = one(processes);
    const change = postgres.commit();
    yield;
    // A page may show the product wherever it was.
    let open = LISTINGS.length;
    for (const listing of LISTINGS) {
      actors.push(
        (function* (): Steps {
          if (!(yield* invalidate(process, change, listing))) yield* invalidateByLeader(change, listing);
          open -= 1;
          if (open === 0 || !rules.allPartitionsAcknowledge) postgres.acknowledge(change);
        })(),
      );
    }
  }

  /** The leader says of each partition how far PostgreSQL is. */
  function* lead(): Steps {
    for (const home of partitions.values()) {
      try {
        const born = home.positions();
        yield;
        const at = postgres.position;
        // What happens meanwhile is what makes the rules of his word necessary.
        for (let wait = 1 + random(6); wait > 0; wait -= 1) yield;
        home.raise(at, born);
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
      }
      yield;
    }
  }

  function* cutOff(one: { cut: boolean }): Steps {
    one.cut = true;
    for (let wait = random(15); wait > 0; wait -= 1) yield;
    one.cut = false;
  }

  function* times(count: number, work: () => Steps): Steps {
    for (let turn = 0; turn < count; turn += 1) {
      yield* work();
      for (let wait = random(4); wait > 0; wait -= 1) yield;
    }
  }

  const suddenly = (work: () => void) =>
    function* (): Steps {
      yield;
      work();
    };
  const mischief: (() => Steps)[] = [
    () => cutOff(random(3) === 0 ? one(processes) : partition()),
    suddenly(() => partition().failOver()),
    suddenly(() => partition().migrate()),
    suddenly(() => partition().lose(random)),
  ];

  for (let reader = 0; reader < 4; reader += 1) actors.push(times(3 + random(4), read));
  for (let writer = 0; writer < 1 + random(3); writer += 1) actors.push(times(2 + random(2), write));
  actors.push(times(4, lead));
  actors.push(times(random(7), () => one(mischief)()));
  while (actors.length > 0) {
    if (random(8) === 0) postgres.replay();
    if (random(16) === 0) partition().replicate();
    // Mostly any; now and then the newest again and again, so that others fall far behind.
    const index = random(3) === 0 ? actors.length - 1 : random(actors.length);
    if (actors[index]!.next().done) actors.splice(index, 1);
  }
  return outcome;
}

/** What really matters to the page, if all these tokens were read beforehand; else all that may. */
function dependencies(
  listing: string,
  content: Content,
  tokens: ReadonlyMap<string, Token>,
): ReadonlyMap<string, Token> {
  const narrow = ['general', `${listing}#set`, ...Object.keys(content).map((id) => `product:${id}`)];
  const scopes = narrow.every((scope) => tokens.has(scope)) ? narrow : scopesOfSearch(listing);
  return new Map(scopes.map((scope) => [scope, tokens.get(scope)!]));
}
