import { describe, expect, it } from '@jest/globals';
import { codeFor, curlFor } from './code.js';

const SERVER = 'http://127.0.0.1:3000';

describe('code of the playground', () => {
  it('subscribes to what is listened to', () => {
    expect(codeFor({ type: 'vendor', vendorId: 'vnd_1' }, SERVER)).toContain('client.subscribe({\n    type: "vendor",');
    expect(codeFor({ type: 'search', query: { q: 'प्याज' } }, SERVER)).toContain('client.liveSearch({\n    q: "प्याज"');
  });

  it('can be pasted into a shell, whatever was typed', () => {
    const command = curlFor({ type: 'search', query: { q: "a'; rm -rf $HOME" } }, SERVER);
    expect(command).toContain("--data-urlencode 'q=a'\\''; rm -rf $HOME'");
    expect(curlFor({ type: 'general' }, SERVER)).toContain('-H "Authorization: Bearer $TOKEN"');
  });
});
