import { describe, expect, it } from '@jest/globals';
import { ServerResponse } from 'node:http';
import { changedHeads } from './changed-heads.js';

describe('the check of Node’s answers', () => {
  it('finds nothing changed in this version', () => {
    expect(changedHeads()).toEqual([]);
  });

  it('notices a head that is kept under another name', () => {
    class Renamed extends ServerResponse {
      constructor(...args: ConstructorParameters<typeof ServerResponse>) {
        super(...args);
        Object.assign(this, { _header: undefined });
      }
    }
    expect(changedHeads(Renamed)).toEqual(['ServerResponse._header is not null at first']);
  });

  it('notices that keeping a connection open is told by another name', () => {
    class Renamed extends ServerResponse {
      constructor(...args: ConstructorParameters<typeof ServerResponse>) {
        super(...args);
        Object.assign(this, { shouldKeepAlive: undefined });
      }
    }
    expect(changedHeads(Renamed)).toEqual(['ServerResponse.shouldKeepAlive is not true at first']);
  });

  it('notices a head that is sent otherwise', () => {
    class Otherwise extends ServerResponse {
      override end(): this {
        Object.assign(this, { _header: 'HTTP/1.1 200 OK\r\n\r\n' });
        return super.end();
      }
    }
    expect(changedHeads(Otherwise)).toEqual(['ServerResponse._header is not what is sent']);
  });
});
