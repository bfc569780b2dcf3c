import { setTimeout as sleep } from 'node:timers/promises';
import { type DemoProduct } from './demo-catalogue.js';
import { nextAvailability, nextPrice, type Random } from './demo-market.js';
import { HttpError, isRecord, printable, requestJson, type Server } from './http-client.js';

export interface DemoTally {
  prices: number;
  availabilities: number;
  /** How often each error message came. */
  readonly errors: Map<string, number>;
}

export interface DemoOptions {
  /** Changes a second, at most. */
  rate: number;
  random: Random;
  print(line: string): void;
  printError(line: string): void;
}

const AVAILABILITY_SHARE = 0.08;
const MAX_IN_FLIGHT = 16;
const rupees = new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/**
 * Changes random products until `stop` is aborted or none is left, then waits for the answers still due. A server that
 * is slower than the rate is not overrun: changes are put off, not queued.
 */
export async function play(
  server: Server,
  products: readonly DemoProduct[],
  options: DemoOptions,
  stop: AbortSignal,
): Promise<DemoTally> {
  const tally: DemoTally = { prices: 0, availabilities: 0, errors: new Map() };
  const idle = [...products];
  const inFlight = new Set<Promise<void>>();

  const change = async (product: DemoProduct): Promise<void> => {
    try {
      await changeOne(server, product, options, tally);
      idle.push(product);
    } catch (error) {
      const gone = error instanceof HttpError && error.status === 404;
      if (!gone) idle.push(product);
      countError(tally, error, options);
    }
  };

  const interval = 1000 / options.rate;
  let due = performance.now();
  while (!stop.aborted && idle.length + inFlight.size > 0) {
    if (inFlight.size >= MAX_IN_FLIGHT || idle.length === 0) await Promise.race(inFlight);
    const product = takeRandom(idle, options.random);
    if (product !== undefined) {
      const task = change(product).finally(() => inFlight.delete(task));
      inFlight.add(task);
    }
    due = Math.max(due + interval, performance.now());
    await sleepOrStop(due - performance.now(), stop);
  }
  await Promise.all(inFlight);
  return tally;
}

async function changeOne(server: Server, product: DemoProduct, options: DemoOptions, tally: DemoTally): Promise<void> {
  const path = `/api/products/${encodeURIComponent(product.id)}`;
  const label = `${product.name} · ${product.market}`;
  if (options.random() < AVAILABILITY_SHARE) {
    const availability = nextAvailability(product.availability, options.random);
    await requestJson(server, 'PUT', `${path}/availability`, { availability });
    options.print(line(product.availability, availability, label));
    product.availability = availability;
    tally.availabilities++;
  } else {
    const basePrice = nextPrice(product.price, product.startPrice, options.random);
    const answer = await requestJson(server, 'PATCH', path, { basePrice });
    const price = isRecord(answer) && typeof answer.basePrice === 'number' ? answer.basePrice : basePrice;
    options.print(line(`₹${rupees.format(product.price)}`, `₹${rupees.format(price)}`, label));
    product.price = price;
    tally.prices++;
  }
}

function line(from: string, to: string, label: string): string {
  return `${from.padStart(14)} → ${to.padEnd(14)}  ${printable(label)}`;
}

/** Each kind of error is shown once, and counted from then on: a stopped server would fill the screen. */
function countError(tally: DemoTally, error: unknown, options: DemoOptions): void {
  const message = error instanceof Error ? error.message : String(error);
  const count = (tally.errors.get(message) ?? 0) + 1;
  tally.errors.set(message, count);
  if (count === 1) options.printError(message);
}

function takeRandom<T>(from: T[], random: Random): T | undefined {
  const last = from.length - 1;
  const at = Math.floor(random() * from.length);
  const taken = from[at];
  if (at < last) from[at] = from[last] as T;
  from.pop();
  return taken;
}

async function sleepOrStop(ms: number, stop: AbortSignal): Promise<void> {
  try {
    await sleep(Math.max(ms, 0), undefined, { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
