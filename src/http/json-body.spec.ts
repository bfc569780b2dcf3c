import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJsonBody, parseLargeJsonBody } from './json-body.js';

const whole = (text: string): unknown => {
  try {
    return parseJsonBody(Buffer.from(text));
  } catch (error) {
    return (error as Error).constructor.name;
  }
};
const inParts = (text: string): Promise<unknown> =>
  parseLargeJsonBody(Buffer.from(text)).catch((error: unknown) => (error as Error).constructor.name);

describe('a large JSON body', () => {
  it('is the same value, parsed in parts', async () => {
    const value = fc.dictionary(
      fc.string(),
      fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 30 }), fc.array(fc.string({ unit: 'binary' }))),
    );
    const blanks = fc.constantFrom(undefined, 1, '\t');
    await fc.assert(
      fc.asyncProperty(value, blanks, async (body, space) => {
        const text = JSON.stringify(body, null, space);
        expect(await inParts(text)).toEqual(whole(text));
      }),
    );
  });

  it('is malformed in parts where it is as a whole', async () => {
    const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '\\"', '1', ' ', '{"a":', '"b":[', 'null');
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const spoilt = fc.tuple(text, text).map(([a, b]) => `{"items":[{"sku":"a"},${a}{"names":{}}${b}],"x":[ ]}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, spoilt), async (body) => {
        expect(await inParts(body)).toEqual(whole(body));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['{"items":[1,2]}', { items: [1, 2] }],
    ['\uFEFF{ "items" : [ ] , "a" : [ "]" , "\\\\" , "\\"[" ] }', { items: [], a: [']', '\\', '"['] }],
    ['{"items":[1],"items":[2]}', { items: [2] }],
    ['{"items":[1,]}', 'MalformedBodyError'],
    ['{"items":[,1]}', 'MalformedBodyError'],
    ['{"items":[1 2]}', 'MalformedBodyError'],
    ['{"items":[1}', 'MalformedBodyError'],
    ['{"items":[{]},{[}]}', 'MalformedBodyError'],
    ['[[1],[2]]', 'MalformedBodyError'],
    ['{"items":[{"constructor":1}]}', 'ValidationFailedError'],
  ])('%s', async (text, expected) => {
    expect(await inParts(text)).toEqual(expected);
    expect(whole(text)).toEqual(expected);
  });

  it.each([
    ['an item too many', JSON.stringify({ items: Array(2_001).fill(1) })],
    ['a member too many', JSON.stringify({ items: [Object.fromEntries(Array(201).fill(1).entries())] })],
    ['a list too many', `{${'"a":[],'.repeat(201)}"b":1}`],
    ['a value too many', JSON.stringify({ items: Array(1_001).fill(Array(100).fill(1)) })],
    ['a level too many', `{"items":[${'['.repeat(15)}${']'.repeat(15)}]}`],
    ['a long item', JSON.stringify({ items: [{ name: 'x'.repeat(300_000) }] })],
    ['much beside its lists', JSON.stringify({ name: 'x'.repeat(300_000), items: [] })],
  ])('is refused with %s', async (_what, text) => {
    await expect(parseLargeJsonBody(Buffer.from(text))).rejects.toMatchObject({ code: 'malformed_body' });
  });
});
