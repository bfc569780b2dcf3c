import { describe, expect, it } from '@jest/globals';
import { readText, trimmed } from './text.js';

const read = (cell: string): string => readText(cell, 'UTF-8');

describe('readText', () => {
  it.each([
    ['  Azadpur ', 'Azadpur'],
    ['\t\u0000\u0007Azadpur\r\n', 'Azadpur'],
    ['\u00a0\u200b\ufeffAzadpur\u2003\u200e', 'Azadpur'],
    ['\u0085\u007fAzadpur\u009f', 'Azadpur'],
    [' \t ', ''],
    ['New Grain Market , Panchkula', 'New Grain Market , Panchkula'],
    ['क्\u200dषीर தக்காளி', 'क्\u200dषीर தக்காளி'],
    ['Cafe\u0301', 'Café'],
    ['🍅'.repeat(200), '🍅'.repeat(200)],
  ])('reads %j', (cell, text) => {
    expect(read(cell)).toBe(text);
  });

  it.each([
    ['Toma\0to', 'contains a control character'],
    ['Azad\npur', 'contains a control character'],
    ['Azad\tpur', 'contains a control character'],
    ['F\uFFFDQ', 'is not valid UTF-8'],
    ['x\ud800y', 'is not valid UTF-8'],
    ['x'.repeat(201), 'longer than 200 characters'],
    ['🍅'.repeat(201), 'longer than 200 characters'],
  ])('refuses %j', (cell, reason) => {
    expect(() => read(cell)).toThrow(reason);
  });

  it('takes time in proportion to the length of the cell', () => {
    const began = performance.now();
    expect(trimmed(`x${' '.repeat(5_000_000)}x`)).toHaveLength(5_000_002);
    expect(trimmed(' '.repeat(5_000_000))).toBe('');
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
