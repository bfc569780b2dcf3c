import { describe, expect, it } from '@jest/globals';
import { hostsOf } from './database-hosts.js';

describe('hostsOf', () => {
  it('takes a URL with several hosts apart', () => {
    expect(hostsOf('postgres://u:p%40x@one:5432,two,[::1]:5433/market?sslmode=require')).toEqual([
      { name: 'one:5432', url: 'postgres://u:p%40x@one:5432/market?sslmode=require' },
      { name: 'two', url: 'postgres://u:p%40x@two/market?sslmode=require' },
      { name: '[::1]:5433', url: 'postgres://u:p%40x@[::1]:5433/market?sslmode=require' },
    ]);
  });

  it('takes all before the last @ for user and password', () => {
    expect(hostsOf('postgres://u:p@ss,w0rd@one,two/market').map(({ name }) => name)).toEqual(['one', 'two']);
    expect(hostsOf('postgres://u:p@ss,w0rd@one/market')).toHaveLength(1);
  });

  it('leaves a URL with one host as it is', () => {
    for (const url of ['postgresql://one/market?application_name=a,b', 'postgres:///market?host=/run,x', 'nonsense']) {
      expect(hostsOf(url).map((host) => host.url)).toEqual([url]);
    }
  });
});
