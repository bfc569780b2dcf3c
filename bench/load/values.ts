/** With two decimals and always of the same length; the chance that it is the price already is one in 900,000. */
export const randomPrice = (random: () => number): string =>
  ((100_000 + Math.floor(random() * 900_000)) / 100).toFixed(2);

interface Part {
  ids: string[];
  /** Which time it is that these ids come, from 1. */
  turn: number;
}

/**
 * Goes through one part of the ids, `size` at a time and again from the beginning, in an order that has nothing to do
 * with theirs: rows that lie side by side would be cheaper to change than a vendor's are.
 */
export function partOf(all: readonly string[], part: number, parts: number, size: number): () => Part {
  const own = all.filter((_, index) => index % parts === part);
  const stride = coprimeTo(own.length);
  let taken = 0;
  return () => {
    if (own.length - (taken % own.length) < size) taken += own.length - (taken % own.length);
    const ids = Array.from({ length: size }, (_, index) => own[((taken + index) * stride) % own.length]!);
    const turn = Math.floor(taken / own.length) + 1;
    taken += size;
    return { ids, turn };
  };
}

function coprimeTo(length: number): number {
  const divides = (one: number, other: number): number => (other === 0 ? one : divides(other, one % other));
  let stride = Math.max(1, Math.floor(length * 0.618));
  while (divides(length, stride) !== 1) stride += 1;
  return stride;
}
