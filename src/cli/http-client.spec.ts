import { describe, expect, it } from '@jest/globals';
import { connectionMessage, HttpError, parseServer, printable, problemMessage } from './http-client.js';

const server = { url: 'http://127.0.0.1:3000', token: undefined };

describe('parseServer', () => {
  it('has a default, and keeps a path the server is mounted under', () => {
    expect(parseServer({})).toEqual(server);
    expect(parseServer({ url: 'https://mandi.example/sync/', token: 'a.b.c' })).toEqual({
      url: 'https://mandi.example/sync',
      token: 'a.b.c',
    });
  });

  it.each([['localhost:3000'], ['ftp://mandi.example'], [''], ['http://']])('refuses the address %j', (url) => {
    expect(() => parseServer({ url })).toThrow('--url must be');
  });

  it.each([[''], ['a b'], ['a\r\nX: y']])('refuses the token %j', (token) => {
    expect(() => parseServer({ token })).toThrow('--token must be');
  });
});

describe('problemMessage', () => {
  it.each([
    [{ detail: 'The file is empty', title: 'Bad request' }, 'The server answered 400 Bad Request: The file is empty'],
    [{ title: 'Invalid import' }, 'The server answered 400 Bad Request: Invalid import'],
    [
      { detail: 'Refused', errors: [{ field: 'basePrice', message: 'must not be negative' }] },
      'The server answered 400 Bad Request: Refused (basePrice: must not be negative)',
    ],
    [{}, 'The server answered 400 Bad Request'],
    ['text', 'The server answered 400 Bad Request'],
    [{ detail: 'a\u001b[2Jb\nc' }, 'The server answered 400 Bad Request: a\uFFFD[2Jb c'],
  ])('says what %j says', (body, message) => {
    expect(problemMessage(400, JSON.stringify(body))).toBe(message);
  });

  it('makes do without JSON', () => {
    expect(problemMessage(502, '<html>')).toBe('The server answered 502 Bad Gateway');
  });

  it('hints at the token only where there is none', () => {
    expect(HttpError.of(server, 401, '').message).toBe(
      'The server answered 401 Unauthorized (give a token with --token)',
    );
    expect(HttpError.of({ ...server, token: 't' }, 401, '').message).toBe('The server answered 401 Unauthorized');
  });
});

describe('connectionMessage', () => {
  it('finds the reason fetch wraps', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const wrapped = new TypeError('fetch failed', { cause: new AggregateError([refused]) });
    expect(connectionMessage(server, wrapped)).toBe(
      'No answer from the server at http://127.0.0.1:3000: connection refused; is it running?',
    );
    expect(connectionMessage(server, new DOMException('', 'TimeoutError'))).toContain('no answer in time');
    expect(connectionMessage(server, new Error('odd'))).toContain('odd');
  });
});

describe('printable', () => {
  it('keeps Indian scripts with their joiners and disarms the rest', () => {
    expect(printable('क्\u200dष मण्डी')).toBe('क्\u200dष मण्डी');
    expect(printable('a\u0000b\u202Ec\td')).toBe('a\uFFFDb\uFFFDc d');
  });
});
