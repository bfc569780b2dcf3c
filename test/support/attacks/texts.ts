/** What turns text into SQL, a text query or a pattern wherever it is put together instead of handed over. */
export const SQL_TEXTS: readonly string[] = [
  ...[`'`, `''`, `"`, '\\', `\\'; DROP TABLE vendors; --`, `'; DROP TABLE products; --`, `"; DROP TABLE products; --`],
  ...[`') OR ('1'='1`, `' OR TRUE --`, `x' UNION SELECT id, id, id FROM vendors --`, `'; SELECT pg_sleep(30); --`],
  ...['$$; DROP TABLE inventory_events; $$', '$tag$ x $tag$', '$1', '${name}', ':id', '?', '/* */ x', 'x --', ';'],
  ...['%', '_', `%' AND 'a' LIKE 'a`, 'a & b | !c <-> d:*', `'a':*ABCD & !!'b'`, '(((', '!!!', '<->'],
  ...['{1,2}', '{"a":"b"}', '\\N', '\\.', `E'\\x27'`, '-- NULL', '(DEFAULT)'],
  // Quotes that some conversion or other turns into the plain one.
  ...['’ OR ‘1’=‘1', '＇; DROP TABLE products; --', 'ʼ OR 1=1', `\u00bf' OR 1=1 --`, '“x”', '％'],
  ...['a\u0000b', `\u0000'; DROP TABLE products; --`],
];

/** Of two spellings that look or sort alike, none may be taken for the other; each is a stand-in for `vnd_a`. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
  'a Cyrillic letter': 'vnd_а',
  'a fullwidth letter': 'vnd_ａ',
  'a mathematical letter': 'vnd_𝐚',
  'capital letters': 'VND_A',
  'one capital letter': 'vnd_A',
  'a space in front': ' vnd_a',
  'a space behind': 'vnd_a ',
  'a no-break space': 'vnd_a\u00a0',
  'a zero-width space': 'vnd_\u200ba',
  'a zero-width joiner': 'vnd_a\u200d',
  'a byte order mark': '\ufeffvnd_a',
  'an override of direction': '\u202evnd_a',
  'a letter with its accent': 'vnd_\u00e1',
  'a letter and its accent': 'vnd_a\u0301',
  'a soft hyphen': 'vnd_\u00ada',
  'a fullwidth low line': 'vnd＿a',
  'a line feed': 'vnd_a\n',
  'a NUL': 'vnd_a\u0000',
};
