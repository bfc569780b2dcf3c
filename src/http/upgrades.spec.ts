import { describe, expect, it } from '@jest/globals';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ignoresUpgrade, upgradable } from './upgrades.js';

describe.each([
  ['a function, as Node has it', IncomingMessage],
  ['a class', class extends IncomingMessage {}],
])('requests made of %s', (_of, base) => {
  const Request = upgradable(base);
  const asked = (url: string, ...upgrades: boolean[]) => {
    const request = new Request(new Socket());
    request.url = url;
    // As Node's parser sets it, which its types don't have.
    for (const upgrade of upgrades) Object.assign(request, { upgrade });
    return { request, upgrade: (request as { upgrade?: boolean }).upgrade };
  };

  it('are those of Node', () => {
    const { request } = asked('/', false);
    expect(request).toBeInstanceOf(IncomingMessage);
    expect(request.headers).toEqual({});
  });

  it.each<[string, boolean[], boolean, boolean]>([
    ['/api/products', [false], false, false],
    ['/api/products', [true], false, true],
    ['http://x/api', [true], false, true],
    ['/socket.io/?transport=websocket', [true], true, false],
    ['example.org:443', [true], true, false],
    // Node takes it back where nothing listens.
    ['/socket.io/', [true, false], false, false],
  ])('for %s, upgrade: %j, are upgrades: %j, ignored: %j', (url, upgrades, isUpgrade, ignored) => {
    const { request, upgrade } = asked(url, ...upgrades);
    expect(upgrade).toBe(isUpgrade);
    expect(ignoresUpgrade(request)).toBe(ignored);
  });
});
