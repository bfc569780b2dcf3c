import { ACTOR_KINDS, type EventActor, type EventCause } from '../../contracts/index.js';

/** How the log keeps an actor: `vendor:vnd_1`. No kind has a colon. */
export const actorText = ({ kind, id }: EventActor): string => `${kind}:${id}`;

/** Null where it isn't known, or of a kind that a later version has brought. */
export function actorOfText(text: string | null): EventActor | null {
  if (text === null) return null;
  const end = text.indexOf(':');
  const kind = ACTOR_KINDS.find((one) => one === text.slice(0, end));
  return kind === undefined ? null : { kind, id: text.slice(end + 1) };
}

/** How the log keeps a cause; null, as in most rows, if there is nothing to say. */
export function causeJson(cause: EventCause): string | null {
  const { importId, idempotencyKey } = cause;
  return importId === undefined && idempotencyKey === undefined ? null : JSON.stringify(cause);
}
