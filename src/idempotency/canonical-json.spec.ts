import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, canonicalParts } from './canonical-json.js';

const of = (text: string): string => canonicalJson(JSON.parse(text));

describe('canonical JSON', () => {
  it.each([
    ['{"b":1,"a":{"d":[],"c":null}}', '{ "a" : { "c" : null, "d" : [ ] },\n"b":1 }'],
    ['{"price":12.5}', '{"price":1.250e1}'],
    ['{"price":0}', '{"price":-0}'],
    ['{"name":"A\\u0917/"}', '{"n\\u0061me":"\\u0041ग\\/"}'],
    ['{"a":2}', '{"a":1,"a":2}'],
  ])('takes %s and %s for the same', (one, other) => {
    expect(of(other)).toBe(of(one));
  });

  it.each([
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":null}', '{}'],
    ['{"a":1e999}', '{"a":null}'],
    ['[1,2]', '[2,1]'],
    ['["a,b"]', '["a","b"]'],
    ['{"a\\":1,\\"b":2}', '{"a":1,"b":2}'],
    ['{"a":0.1}', '{"a":0.10000000000000002}'],
    ['{"a":[]}', '{"a":{}}'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(of(other)).not.toBe(of(one));
  });

  it('is JSON of the same value', () => {
    const body = {
      items: [{ sku: 'b', names: { mr: 'कांदा', en: 'Onion' } }, true, false, null, 'text "quoted"\u0000'],
    };
    expect(JSON.parse(canonicalJson(body))).toEqual(body);
  });

  it('is the same in parts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        expect([...canonicalParts(body)].join('')).toBe(canonicalJson(body));
      }),
    );
  });
});
