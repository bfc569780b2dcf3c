import { describe, expect, it } from '@jest/globals';
import { type Check, CHECKS, FastPath, type Part, PARTS } from './fast-path.js';

const none: Check = () => [];

describe('FastPath', () => {
  const warnings: string[] = [];
  const logger = { warn: (message: unknown) => void warnings.push(String(message)) };
  const opened = async (on: boolean, checks?: Partial<Record<Part, Check>>) => {
    warnings.length = 0;
    const all = { ...(Object.fromEntries(PARTS.map((part) => [part, none])) as Record<Part, Check>), ...checks };
    const fastPath = await FastPath.check(on, logger, checks ? all : CHECKS);
    return PARTS.filter((part) => fastPath.has(part));
  };

  it('is open in all its parts with the packages that are installed, and says nothing', async () => {
    expect(await opened(true)).toEqual([...PARTS]);
    expect(warnings).toEqual([]);
  });

  it('is closed altogether when it is turned off, without a look at anything', async () => {
    const check = (): string[] => {
      throw new Error('looked at');
    };
    expect(await opened(false, { heads: check, frames: check })).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('leaves to the libraries the parts that rely on what has changed, with one warning', async () => {
    const frames = (): string[] => ['WebSocket._socket', 'ws 9.0.0 instead of 8.21.3'];
    const heads = (): Promise<string[]> => Promise.reject(new TypeError('assignSocket is not a function'));
    expect(await opened(true, { frames, heads })).toEqual(['requests', 'messages']);
    expect(warnings).toEqual([
      'Slower than it could be: the libraries under the fast path have changed: ' +
        'heads (assignSocket is not a function); frames (WebSocket._socket, ws 9.0.0 instead of 8.21.3)',
    ]);
  });
});
