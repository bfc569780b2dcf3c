/** Sums over all labels, by name; of caches by result as well (`search_cache_requests_total.hit`). */
export type Reading = Readonly<Record<string, number>>;

/** `name{a="b"} 1.5` lines of Prometheus' text format, without buckets. */
export function readMetrics(text: string): Reading {
  const sums: Record<string, number> = {};
  const add = (name: string, value: number): void => void (sums[name] = (sums[name] ?? 0) + value);
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-z_:][\w:]*)(\{.*\})? (\S+)/i.exec(line) ?? [];
    if (name === undefined || name.endsWith('_bucket')) continue;
    const number = Number(value);
    if (!Number.isFinite(number)) continue;
    add(name, number);
    const result = /result="(\w+)"/.exec(labels)?.[1];
    if (result !== undefined) add(`${name}.${result}`, number);
  }
  return sums;
}

export interface Sample {
  at: number;
  reading: Reading;
}

export type SparkName =
  'requests' | 'latency' | 'hits' | 'events' | 'delivery' | 'backlog' | 'connections' | 'memory' | 'loop';

export type Sparks = Readonly<Record<SparkName, readonly (number | null)[]>>;

export function sparksOf(all: readonly Sample[]): Sparks {
  const pairs = all.slice(1).map((sample, index) => ({ before: all[index]!, after: sample }));
  const each = (of: (pair: { before: Sample; after: Sample }) => number | null) => pairs.map(of);
  const seconds = ({ before, after }: { before: Sample; after: Sample }) => (after.at - before.at) / 1_000;
  const grown = (pair: { before: Sample; after: Sample }, name: string): number =>
    Math.max(0, (pair.after.reading[name] ?? 0) - (pair.before.reading[name] ?? 0));
  const rate = (name: string) => each((pair) => grown(pair, name) / seconds(pair));
  const mean = (name: string) =>
    each((pair) => {
      const count = grown(pair, `${name}_count`);
      return count === 0 ? null : (grown(pair, `${name}_sum`) / count) * 1_000;
    });
  const level = (name: string, factor = 1) =>
    all.slice(1).map(({ reading }) => (reading[name] === undefined ? null : reading[name] * factor));
  return {
    requests: rate('http_request_duration_seconds_count'),
    latency: mean('http_request_duration_seconds'),
    hits: each((pair) => {
      const [hit, miss] = ['hit', 'miss'].map((one) => grown(pair, `search_cache_requests_total.${one}`));
      return hit! + miss! === 0 ? null : (100 * hit!) / (hit! + miss!);
    }),
    events: rate('inventory_events_published_total'),
    delivery: mean('inventory_event_delivery_seconds'),
    backlog: level('inventory_relay_backlog'),
    connections: level('realtime_connections'),
    memory: level('process_resident_memory_bytes', 1e-6),
    loop: level('nodejs_eventloop_lag_mean_seconds', 1_000),
  };
}
