import {
  dayRule,
  Fits,
  instantRule,
  IsId,
  IsQueryNumber,
  IsText,
  Optional,
  type Rule,
} from '../../validation/index.js';

/** A time or a market day. */
const momentRule: Rule = (value) =>
  instantRule(value) === undefined ? undefined : dayRule(value) && `${dayRule(value)}, or a time such as ${EXAMPLE}`;
const EXAMPLE = '2026-03-01T03:35:00.000Z';

export class AuditQuery {
  /** A kind, an id, or both as `kind:id`. */
  @Optional()
  @IsText(210)
  actor?: string;

  @Optional()
  @IsId()
  productId?: string;

  @Optional()
  @IsId()
  vendorId?: string;

  /** An import or an idempotency key. */
  @Optional()
  @IsText(255)
  cause?: string;

  @Optional()
  @Fits(momentRule)
  from?: string;

  @Optional()
  @Fits(momentRule)
  to?: string;

  /** Of a page; a file has them all. */
  @IsQueryNumber(1, 1_000)
  limit: number = 100;

  /** `nextCursor` of the page before. */
  @Optional()
  @IsText(100)
  cursor?: string;
}
