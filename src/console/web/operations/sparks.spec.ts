import { describe, expect, it } from '@jest/globals';
import { readMetrics, sparksOf } from './sparks.js';

describe('metrics of the last minutes', () => {
  it('are summed over their labels, without buckets', () => {
    const text = [
      '# HELP search_cache_requests_total Searches',
      'search_cache_requests_total{kind="products",result="hit"} 3',
      'search_cache_requests_total{kind="vendors",result="miss"} 1',
      'http_request_duration_seconds_bucket{le="+Inf"} 9',
      'nodejs_eventloop_lag_mean_seconds 1.5e-3',
      'broken NaN',
    ].join('\n');
    expect(readMetrics(text)).toEqual({
      search_cache_requests_total: 4,
      'search_cache_requests_total.hit': 3,
      'search_cache_requests_total.miss': 1,
      nodejs_eventloop_lag_mean_seconds: 0.0015,
    });
  });

  it('are rates and means between two readings, and nothing where nothing happened', () => {
    const reading = (requests: number, seconds: number) => ({
      http_request_duration_seconds_count: requests,
      http_request_duration_seconds_sum: seconds,
    });
    const sparks = sparksOf([
      { at: 0, reading: reading(100, 1) },
      { at: 5_000, reading: reading(150, 1.1) },
      { at: 10_000, reading: reading(150, 1.1) },
      // Another instance has answered, or it has been started again.
      { at: 15_000, reading: reading(5, 0.1) },
    ]);
    expect(sparks.requests).toEqual([10, 0, 0]);
    expect(sparks.latency.map((one) => one && Math.round(one))).toEqual([2, null, null]);
    expect(sparks.hits).toEqual([null, null, null]);
  });
});
