/**
 * A place in PostgreSQL's write-ahead log: 8 digits of the timeline and 16 of the LSN, hexadecimal, so that of two
 * places of one history the later one is the greater text. LSNs of two timelines say nothing about each other; a later
 * timeline has all of an earlier one that wasn't lost.
 */
export type WalPosition = string;

/**
 * How far a replica must have come for an answer that lacks nothing acknowledged. Null: that is unknown, so only the
 * primary is far enough.
 */
export type ReadFloor = WalPosition | null;

/** The later of two; unknown if one is. */
export const laterFloor = (one: ReadFloor, other: ReadFloor): ReadFloor =>
  one === null || other === null ? null : one > other ? one : other;

const DIGITS = 24;

export const isWalPosition = (text: string): boolean => text.length === DIGITS && /^[\dA-F]+$/.test(text);

/** The timeline alone, as names of WAL files begin with it. */
export const timelineOf = (position: WalPosition): string => position.slice(0, 8);

/** SQL: 16 digits of an LSN. @param lsn SQL of it as text */
export const lsnDigits = (lsn: string): string =>
  `lpad(split_part(${lsn}, '/', 1), 8, '0') || lpad(split_part(${lsn}, '/', 2), 8, '0')`;

/** Bytes from one to a later one of the same timeline. */
export const bytesBetween = (from: WalPosition, to: WalPosition): number =>
  Number(BigInt(`0x${to.slice(8)}`) - BigInt(`0x${from.slice(8)}`));
