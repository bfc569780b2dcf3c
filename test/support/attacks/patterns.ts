import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface SourcePattern {
  /** File and line. */
  where: string;
  pattern: RegExp;
}

/** Every regular expression literal of the product, and what is put together from parts. */
export function patternsOf(directory: string): SourcePattern[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .flatMap((name) => patternsOfFile(join(directory, name)));
}

function patternsOfFile(file: string): SourcePattern[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: SourcePattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const pattern = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
      found.push({ where: `${file}:${line}`, pattern });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Characters of which a text may be too much for a pattern: what stands in it, and one of each usual kind. */
function alphabetOf({ source }: RegExp): string[] {
  const literal = source.match(/[\p{L}\p{N} ,;:."'=/~^$+-]/gu) ?? [];
  return [...new Set([...literal, 'a', 'A', 'i', 'h', '0', ' ', '\t', '\n', '-', '"', '\u093e', '\u0905'])];
}

/**
 * Long texts that make a pattern which goes back on itself do so: repetitions, after a beginning and before a misfit.
 */
export function* textsFor(pattern: RegExp, length: number): Generator<string> {
  const alphabet = alphabetOf(pattern);
  const words = pattern.source.match(/[a-z]{2,}/g) ?? [];
  const beginnings = ['', '"a",', 'xyz', ...prefixesOf(pattern)];
  for (const unit of [...alphabet, ...words, ...words.map((word) => `${word} `), ...pairsOf(alphabet)]) {
    const run = unit.repeat(Math.ceil(length / unit.length));
    for (const beginning of beginnings) for (const end of ['', '\u0000', 'x', '!']) yield `${beginning}${run}${end}`;
  }
}

/** What an anchored pattern begins with, so that the text gets past it. */
function prefixesOf({ source }: RegExp): string[] {
  const [prefix] = /^[A-Za-z: ]+/.exec(source.replace(/^\^/, '')) ?? [];
  return prefix === undefined ? [] : [prefix, prefix.slice(0, -1)];
}

function pairsOf(alphabet: readonly string[]): string[] {
  const few = alphabet.slice(0, 6);
  return few.flatMap((one) => few.filter((other) => other !== one).map((other) => one + other));
}
