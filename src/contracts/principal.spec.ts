import { describe, expect, it } from '@jest/globals';
import { type Principal, principalKey } from './principal.js';

const vendor = (vendorId: string, subject: string): Principal => ({ role: 'vendor', vendorId, subject });

describe('principalKey', () => {
  it('is another one for each principal, wherever colons are', () => {
    const principals = [
      vendor('a', 'b:c'),
      vendor('a:b', 'c'),
      vendor('a:b', 'a:b'),
      vendor('a:b:a', 'b'),
      vendor('a', 'b:a:b'),
    ];
    expect(new Set(principals.map(principalKey)).size).toBe(principals.length);
  });

  it('is as it is stored, of ids without colons', () => {
    expect(principalKey(vendor('vnd_1', 'asha'))).toBe('vendor:vnd_1:asha');
    expect(principalKey({ role: 'admin', subject: 'vendor:vnd_1' })).toBe('admin:vendor:vnd_1');
    expect(principalKey(null)).toBe('anonymous');
  });
});
