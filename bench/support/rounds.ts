export interface Rounds {
  ours: number[];
  ceiling: number[];
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/**
 * Measures the two in turn, after a turn of each that isn't counted. Who goes first changes from round to round, so
 * that neither always finds the machine as the other one has left it.
 */
export async function alternate(
  rounds: number,
  ours: () => Promise<number>,
  ceiling: () => Promise<number>,
): Promise<Rounds> {
  const result: Rounds = { ours: [], ceiling: [] };
  for (let round = -1; round < rounds; round += 1) {
    const turns = [
      async () => void (round < 0 ? await ours() : result.ours.push(await ours())),
      async () => void (round < 0 ? await ceiling() : result.ceiling.push(await ceiling())),
    ];
    if (round % 2 === 0) turns.reverse();
    for (const turn of turns) await turn();
  }
  return result;
}
