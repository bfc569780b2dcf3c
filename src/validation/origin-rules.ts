import { ACTOR_KINDS, type EventActor, type EventCause } from '../contracts/index.js';
import { fieldsOf, recordRule } from './fields.js';
import { oneOfRule, type Rule, textRule } from './rules.js';

/** Characters of an `Idempotency-Key` at most. */
const MAX_KEY = 255;

const ACTOR: Readonly<Record<keyof EventActor, Rule>> = { kind: oneOfRule(ACTOR_KINDS), id: textRule(200) };
const CAUSE: Readonly<Record<keyof EventCause, Rule>> = { importId: textRule(200), idempotencyKey: textRule(MAX_KEY) };

/** What may be said of how a change came about, which is stored on its events. */
export const ORIGIN_RULES = {
  actor: recordRule(fieldsOf(ACTOR, Object.keys(ACTOR))),
  cause: recordRule(fieldsOf(CAUSE)),
  correlationId: textRule(200),
} satisfies Readonly<Record<string, Rule>>;
