import { BEST_RANK, RANKED_BY, type TextQuery } from '../../src/inventory/text/text-query.js';

/** How well lexemes fit a text, as searches rank: 0 is best; undefined if they don't. */
export function rankOf(lexemes: readonly string[], text: TextQuery): number | undefined {
  if (!fits(lexemes, text.match)) return undefined;
  return BEST_RANK - RANKED_BY.filter((kind) => fits(lexemes, text[kind])).length;
}

/** PostgreSQL's `array_to_tsvector(lexemes) @@ query::tsquery`, for queries of `|`, `&`, brackets and `'lexeme':*`. */
export function fits(lexemes: readonly string[], query: string): boolean {
  const tokens = query.match(/'(?:[^']|'')*'(?::\*)?|[()&|]/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let found = both();
    while (tokens[at] === '|') {
      at += 1;
      found = both() || found;
    }
    return found;
  };
  const both = (): boolean => {
    let found = one();
    while (tokens[at] === '&') {
      at += 1;
      found = one() && found;
    }
    return found;
  };
  const one = (): boolean => {
    const token = tokens[at++]!;
    if (token !== '(') return has(lexemes, token);
    const found = either();
    at += 1;
    return found;
  };
  return either();
}

function has(lexemes: readonly string[], term: string): boolean {
  const lexeme = term.replace(/:\*$/, '').slice(1, -1).replaceAll("''", "'");
  return term.endsWith(':*') ? lexemes.some((some) => some.startsWith(lexeme)) : lexemes.includes(lexeme);
}
