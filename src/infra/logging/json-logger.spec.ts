import { describe, expect, it } from '@jest/globals';
import { JsonLogger } from './json-logger.js';

const TERMINAL = { isTTY: true };
const FILE = { isTTY: undefined };

function logged(
  logFormat: 'json' | 'pretty' | undefined,
  out: { isTTY: boolean | undefined },
  log: (to: JsonLogger) => void,
) {
  let text = '';
  const stream = { ...out, write: (part: string) => (text += part) };
  log(new JsonLogger({ logLevel: 'info', region: 'pune', logFormat }, stream));
  return text;
}

describe('a line of the log', () => {
  it('is JSON with the instance, the same in all of its lines, where no terminal is', () => {
    const text = logged(undefined, FILE, (logger) => {
      logger.warn('late', { ms: 3 }, 'Relay');
      logger.log('again');
    });
    const [first, second] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ level: 'warn', region: 'pune', context: 'Relay', ms: 3, msg: 'late' });
    expect(first!['instance']).toMatch(/^[\w.-]+\/[0-9a-f]{6}$/);
    expect(second!['instance']).toBe(first!['instance']);
    const other = JSON.parse(logged('json', TERMINAL, (logger) => logger.log('other'))) as Record<string, unknown>;
    expect(other['msg']).toBe('other');
  });

  it('is for people at a terminal, with colours, and the stack of an error', () => {
    const text = logged(undefined, TERMINAL, (logger) => logger.error(new Error('broken'), { id: 'a' }, 'Relay'));
    const [head, ...stack] = text.split('\n');
    // eslint-disable-next-line no-control-regex
    expect(head!.replaceAll(/\u001b\[[\d;]*m/g, '')).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR \[Relay\] broken id=a$/);
    expect(head).toContain('\u001b[31mERROR');
    expect(stack.join('\n')).toContain('Error: broken\n    at ');
  });

  it('has no colours where it is asked for without a terminal, and never a command of what was sent', () => {
    const text = logged('pretty', FILE, (logger) => logger.warn('path \u001b[2J\u0007\r', { path: '\u009b31m' }));
    expect(text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}path \\x1b\[2J\\x07\\x0d path=\\x9b31m\n$/);
  });
});
