/** Why the value of a cell can't be used; it refuses its row. */
export class RefusedCell extends Error {}

/** For reasons: a value as JSON writes it, cut off after 40 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
