import type { FastifyReply } from 'fastify';
import { AppError, ValidationFailedError } from '../infra/index.js';

/** The version a change is meant for, or several; none of them matches if there is none. */
export type ExpectedVersion = number | readonly number[];

/** `If-Match` named another version than there is. */
export class VersionMismatchError extends AppError {
  readonly code = 'version_mismatch';
  readonly status = 412;

  constructor(expected: ExpectedVersion, actual: number) {
    super(`The version is ${actual}, not ${[expected].flat().join(' or ') || 'what If-Match names'}`);
  }
}

export function isExpected(expected: ExpectedVersion | undefined, version: number): boolean {
  return expected === undefined || [expected].flat().includes(version);
}

export const etagOf = ({ version }: { version: number }): string => `"${version}"`;

/** The representation of `entity`, with its tag. */
export function withEtag<Entity extends { version: number }>(reply: FastifyReply, entity: Entity): Entity {
  void reply.header('etag', etagOf(entity));
  return entity;
}

/** The same, or a 304 without a body if `If-None-Match` names it: the client has it already. */
export function withEtagOr304<Entity extends { version: number }>(
  reply: FastifyReply,
  entity: Entity,
  ifNoneMatch: string | undefined,
): Entity | undefined {
  withEtag(reply, entity);
  if (!isKnown(ifNoneMatch, etagOf(entity))) return entity;
  void reply.status(304);
  return undefined;
}

/**
 * Whether `If-None-Match` names this tag, compared weakly (RFC 9110, 13.1.2), or any; what is no list of tags names
 * none.
 */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tagsOf(ifNoneMatch)?.some(({ opaque }) => opaque === etag) === true;
}

/**
 * The versions an `If-Match` header asks for; absent or `*` means any. The weak form of a tag counts as the tag: a
 * proxy that compresses makes tags weak, for the bytes are others then, but a version says all of what is changed. (RFC
 * 9110, 13.1.1, would have such a tag match nothing.) A bare number is taken for a tag. Throws `ValidationFailedError`
 * for what is no list of tags.
 */
export function expectedVersion(ifMatch: string | undefined): ExpectedVersion | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tags = tagsOf(ifMatch);
  if (tags) return tags.flatMap(({ version }) => (version === undefined ? [] : [version]));
  throw new ValidationFailedError([{ field: 'If-Match', message: 'must be a version such as "3", several, or *' }]);
}

interface Tag {
  /** With its quotes. */
  opaque: string;
  /** Undefined for a tag that none of ours looks like. */
  version: number | undefined;
}

/**
 * One member of a list and what ends it; a list may have empty ones. Blanks can be read in one way only, so that many
 * cost no more.
 */
const MEMBER = /[ \t]*(?:(?:(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")|(\d{1,9}))[ \t]*)?(?:,|$)/y;
const VERSION = /^"([1-9]\d{0,8})"$/;

/** Null if it is no list of at least one tag. */
function tagsOf(list: string): Tag[] | null {
  const tags: Tag[] = [];
  for (let at = 0; at < list.length; at = MEMBER.lastIndex) {
    MEMBER.lastIndex = at;
    const match = MEMBER.exec(list);
    if (!match) return null;
    const [, quoted, bare] = match;
    const opaque = quoted ?? (bare && `"${Number(bare)}"`);
    if (opaque === undefined) continue;
    const version = VERSION.exec(opaque)?.[1];
    tags.push({ opaque, version: version === undefined ? undefined : Number(version) });
  }
  return tags.length > 0 ? tags : null;
}
