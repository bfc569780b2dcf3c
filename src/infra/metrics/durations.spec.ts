import { describe, expect, it } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { Durations } from './durations.js';

describe('Durations', () => {
  it('are scraped as a histogram of prom-client is, line by line', async () => {
    const [name, help, buckets] = ['seconds', 'How long it took.', [0.005, 0.1, 1]];
    const theirs = new Registry();
    const histogram = new Histogram({ name, help, buckets, labelNames: ['route', 'status'], registers: [theirs] });
    const ours = new Registry();
    const durations = new Durations(name, help, buckets);
    ours.registerMetric(durations.asMetric());
    for (const status of [200, 404]) {
      const labels = { route: '/a "b"', status };
      const tally = durations.tally(labels);
      for (const seconds of [0, 0.005, 0.006, 1, 1.5, 60]) {
        histogram.observe(labels, seconds);
        tally.observe(seconds);
      }
    }
    expect(await ours.metrics()).toBe(await theirs.metrics());
    expect(await ours.metrics()).toContain('seconds_bucket{le="0.1",route="/a \\"b\\"",status="404"} 3');
  });
});
