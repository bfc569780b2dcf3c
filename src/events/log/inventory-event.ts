import type { NewInventoryEvent } from '../../contracts/index.js';
import { timeOrderedUuid } from '../../infra/index.js';

/** Categories whose rooms and searches an event concerns: the product's, and the one it has moved from. */
export function categoriesOf(event: Pick<NewInventoryEvent, 'category' | 'changes'>): string[] {
  const moved = event.changes.find(({ field }) => field === 'category');
  return typeof moved?.oldValue === 'string' ? [event.category, moved.oldValue] : [event.category];
}

/** UUID v7: sorts by time, which keeps logs and exports readable. */
export const newEventId = (): string => timeOrderedUuid();
