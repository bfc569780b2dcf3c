/** What files really have in the wrong place, and what breaks programs that read them. */
const TEXTS = [
  ...[
    '',
    ' ',
    '-',
    '--',
    'NR',
    'NA',
    'null',
    'undefined',
    'NaN',
    'Infinity',
    'Total',
    'Grand Total',
    '()',
    '(((',
    '...',
  ],
  ...['__proto__', 'constructor', 'toString', '=1+1', "=cmd|' /C calc'!A0", '@SUM(A1)', "'; DROP TABLE products; --"],
  ...[
    '<script>',
    '%00',
    '{"a":1}',
    '[1]',
    '$1',
    '%s',
    '\\',
    '\\N',
    '\\.',
    '"',
    '""',
    '"a',
    'a"b',
    "'",
    '|',
    ';',
    '\t',
    'a|b|c',
  ],
  ...[
    '\n',
    'a\nb',
    '\r',
    'a\r\nb',
    '\0',
    'a\0b',
    '\u0007',
    '\u001b[2J',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u200b',
    '\u202e',
  ],
  ...[
    '\ufffd',
    '\ud83d',
    '\udc00x',
    '💥',
    'é',
    'e\u0301',
    '\u0958',
    'क्षि',
    'İ',
    'ß',
    'ﬀ',
    'Ⅷ',
    'a\u0308\u0323'.repeat(50),
  ],
  ...['x'.repeat(199), 'x'.repeat(200), 'x'.repeat(201), '💥'.repeat(200), 'y'.repeat(5_000)],
];
const NUMBERS = [
  ...[
    '0',
    '-0',
    '-1',
    '+5',
    '0.001',
    '0.005',
    '0.015',
    '.5',
    '5.',
    '1e5',
    '1e308',
    '1e-7',
    '0x10',
    '1_000',
    '2 400',
    '2\u00a0400',
  ],
  ...['1,234', '12,34,567.00', '1,23', '1.234,56', '1,,000', ',100', '9999999999.99', '9999999999.995', '10000000000'],
  ...['1'.repeat(400), `0.${'0'.repeat(300)}1`, '१२३', '12३', '₹100', 'Rs. 100', '100/-'],
];
const DAYS = [
  ...[
    '31/02/2023',
    '29/02/2023',
    '00/00/0000',
    '99/99/9999',
    '2023-02-30',
    '01/01/0001',
    '01/01/9999',
    '31/12/9999',
    '1/2/23',
  ],
  ...[
    '2023-07-27T99:99',
    '20230727',
    '-1/1/2023',
    '1 Foo 2023',
    '27-Jul-2023',
    '27 jul 23',
    '27/07',
    '07/27/2023',
    '45134',
  ],
];
const UNITS = ['kg', 'Rs./Quintal', 'Rs/', 'Bags', 'Metric Tonnes', 'quintal quintal', 'Rs./Rs./kg'];
const ALL = [...TEXTS, ...NUMBERS, ...DAYS, ...UNITS];

/** @param random gives a number from 0 up to, not including, its argument */
export function hostileCell(random: (below: number) => number): string {
  const pick = () => ALL[random(ALL.length)]!;
  const kind = random(10);
  if (kind < 7) return pick();
  if (kind < 8) return `${pick()}${pick()}`;
  const most = kind < 9 ? 0x180 : 0x10000;
  return String.fromCharCode(...Array.from({ length: 1 + random(12) }, () => random(most)));
}

/** As a cell of a CSV file. */
export const quotedCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
