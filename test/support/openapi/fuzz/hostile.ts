import fc from 'fast-check';

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { x: value };
  return value;
};

const STRINGS = [
  ...[
    '',
    ' ',
    '\u3000',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00\ud800',
    '\ufeff',
    '\u202eabc',
    '\u200d\u200d',
    'e\u0301'.repeat(50),
  ],
  ...['👨‍👩‍👧‍👦', '🧅'.repeat(101), 'क्षि', 'ﷺ'.repeat(100), 'ß', 'ı', 'İ', '\u1e9e', 'a\u0300\u0301\u0302\u0303'.repeat(60)],
  ...[
    "'; DROP TABLE products; --",
    '" OR 1=1',
    '${7*7}',
    '{{x}}',
    '<script>',
    '../../etc/passwd',
    '%00',
    '%ff',
    '\\',
    "\\'",
  ],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', 'true', '1e999', '0x10', '-0', '١٢٣', '1,5'],
  ...["a' & 'b", ':*', '!!!', '<->', '(((', 'x'.repeat(201), 'x'.repeat(5_000), 'अ'.repeat(2_000), '\n\r\t', '\u2028'],
];
const NUMBERS = [-1, -0, 0.001, 1.005, 1e-7, 1e10, 1e21, 1e308, 2 ** 31, 2 ** 53, 2 ** 63, -(2 ** 63), 99.999, 1e15];

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...STRINGS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
);

/** Of any type but, as a rule, not of the one that is asked for. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { __proto: 1 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(15, 17, 100, 1_000).map(nested) },
  { weight: 1, arbitrary: fc.constantFrom(65, 1_001, 2_001).map((length) => Array<string>(length).fill('hi')) },
);

/** What HTTP lets through in a header: visible Latin-1, spaces and tabs. */
export const hostileHeader = fc
  .oneof(
    fc.constantFrom(
      '',
      ' ',
      '\t',
      '*',
      '"',
      '""',
      'W/',
      'W/"1"',
      '"1","2"',
      '"-1"',
      '"99999999999999"',
      'x'.repeat(4_000),
    ),
    fc.constantFrom('é'.repeat(20), 'a b', ',', ';;;', '../', '0', '-1', '1e9', 'null', "' OR 1=1", '\u00a0', '\u00ff'),
    fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 60 }),
  )
  .map((value) => value.replaceAll('\u007f', ''));

/** JSON that is cut, patched or doubled. */
export const broken = (json: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      json,
      fc.nat(),
      fc.constantFrom(
        '',
        '{',
        '"',
        ',',
        '\\u12',
        '\u0000',
        '"__proto__":1,',
        '"a":1,"a":2',
        '1e400',
        '['.repeat(50_000),
        '{"a":'.repeat(20_000),
        '\ufeff',
      ),
    )
    .map(([text, at, patch]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + patch + (at % 3 === 0 ? '' : text.slice(cut));
    });
