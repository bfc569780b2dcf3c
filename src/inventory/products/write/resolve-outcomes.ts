import type { Decision } from './decide.js';
import type { WriteOutcome } from './product-command.js';

/**
 * Gives the writes their outcomes, but for those that lost a race: what rests on a state that has passed is void, even
 * "unchanged".
 */
export function resolveOutcomes(
  indexes: readonly number[],
  decisions: readonly Decision[],
  committed: ReadonlySet<string>,
  outcomes: (WriteOutcome | undefined)[],
): void {
  indexes.forEach((index, place) => {
    const { outcome, draft } = decisions[place]!;
    const lost = draft !== undefined && draft.events.length > 0 && !committed.has(draft.id);
    if (!lost) outcomes[index] = outcome;
  });
}
