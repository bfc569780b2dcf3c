import { describe, expect, it } from '@jest/globals';
import { ConfigError, isLoopback, serverUrl } from './index.js';

describe('serverUrl', () => {
  it.each([
    [{}, 'http://127.0.0.1:3000'],
    [{ PORT: '8080' }, 'http://127.0.0.1:8080'],
    [{ PORT: ' ', HOST: '' }, 'http://127.0.0.1:3000'],
    [{ HOST: 'localhost', PORT: '80' }, 'http://localhost:80'],
    [{ HOST: '10.1.2.3' }, 'http://10.1.2.3:3000'],
    [{ HOST: '::1' }, 'http://[::1]:3000'],
    // A server that listens everywhere.
    [{ HOST: '0.0.0.0', PORT: '3001' }, 'http://127.0.0.1:3001'],
    [{ HOST: '::' }, 'http://[::1]:3000'],
  ])('finds the server that %j starts', (env, url) => {
    expect(serverUrl(env)).toBe(url);
  });

  it.each([
    [{ PORT: 'abc' }, /^PORT must be an integer/],
    [{ PORT: '0' }, /^PORT is 0, [^\n]+ --url$/],
    [{ HOST: 'no host' }, /^HOST must be [^\n]+$/],
  ])('refuses %j in one line', (env, message) => {
    expect(() => serverUrl(env)).toThrow(ConfigError);
    expect(() => serverUrl(env)).toThrow(message);
  });
});

describe('isLoopback', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.2', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['127.example', false],
    ['10.0.0.1', false],
  ])('of %s is %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
