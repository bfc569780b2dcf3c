import type { EventType, InventoryEvent } from '../../contracts/index.js';
import { channelsOf } from '../content-channels.js';
import { EventNotice } from '../event-notice.js';

/** Bytes of one event: its type, milliseconds since the first one's time, and three channels. */
const ENTRY = 11;
const NO_CHANNEL = 0xffff;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const UUID_BYTES = 16;
const LATEST = 2 ** 47;

/** Numbers of types as they are sent: instances of several releases read them, so none ever gets another meaning. */
const NUMBER_OF: Readonly<Record<EventType, number>> = {
  product_created: 0,
  product_updated: 1,
  product_deleted: 2,
  availability_changed: 3,
  price_changed: 4,
  price_recorded: 5,
  vendor_created: 6,
  vendor_updated: 7,
};
const TYPE_OF = new Map(Object.entries(NUMBER_OF).map(([type, number]) => [number, type as EventType]));

export interface Notices {
  epoch: string;
  /** Of consecutive positions. */
  entries: readonly EventNotice[];
}

/**
 * Events of consecutive positions without their contents, some 60 bytes and 11 for each event: epoch, id of the last
 * one, position and time of the first one, how many, and of each type, time and channels. As JSON it would be a fifth
 * of what a whole event takes, and it goes to every instance.
 */
export function encodeNotices(epoch: string, events: readonly InventoryEvent[]): Buffer {
  const [first, last] = [events[0]!, events.at(-1)!];
  const at = timeOf(first.occurredAt);
  const head = Buffer.allocUnsafe(14);
  head.writeUIntBE(first.position, 0, 6);
  head.writeUIntBE(at, 6, 6);
  head.writeUInt16BE(events.length, 12);
  const rows = Buffer.allocUnsafe(events.length * ENTRY);
  events.forEach((event, index) => {
    const start = index * ENTRY;
    const [vendor, category, former] = channelsOf(event);
    rows.writeUInt8(NUMBER_OF[event.eventType], start);
    rows.writeInt32BE(Math.max(-0x80000000, Math.min(0x7fffffff, timeOf(event.occurredAt) - at)), start + 1);
    rows.writeUInt16BE(vendor!, start + 5);
    rows.writeUInt16BE(category ?? NO_CHANNEL, start + 7);
    rows.writeUInt16BE(former ?? NO_CHANNEL, start + 9);
  });
  return Buffer.concat([encodeText(epoch), encodeText(last.eventId), head, rows]);
}

/** @param start where in `bytes` it begins. @returns undefined for what isn't wholly of that form */
export function decodeNotices(bytes: Buffer, start: number): Notices | undefined {
  try {
    const epoch = decodeEpoch(bytes, start);
    const lastId = decodeText(bytes, epoch.end);
    const position = bytes.readUIntBE(lastId.end, 6);
    const at = bytes.readUIntBE(lastId.end + 6, 6);
    const count = bytes.readUInt16BE(lastId.end + 12);
    const rows = lastId.end + 14;
    if (count === 0 || position === 0 || bytes.length !== rows + count * ENTRY) return undefined;
    const entries: EventNotice[] = [];
    for (let index = 0; index < count; index += 1) {
      const row = rows + index * ENTRY;
      // One of a later release: the log has it.
      const eventType = TYPE_OF.get(bytes[row]!);
      if (eventType === undefined) return undefined;
      const channels = [bytes.readUInt16BE(row + 5)];
      const [category, former] = [bytes.readUInt16BE(row + 7), bytes.readUInt16BE(row + 9)];
      if (category !== NO_CHANNEL) channels.push(category);
      if (former !== NO_CHANNEL) channels.push(former);
      const eventId = index === count - 1 ? lastId.text : null;
      entries.push(new EventNotice(position + index, eventType, at + bytes.readInt32BE(row + 1), channels, eventId));
    }
    return { epoch: epoch.text, entries };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function timeOf(occurredAt: string): number {
  const time = Date.parse(occurredAt);
  return time >= 0 && time < LATEST ? time : 0;
}

/** Its length in two bytes, and it; of a UUID, which most are, 0 and 16 bytes. */
function encodeText(text: string): Buffer {
  if (UUID.test(text)) return Buffer.from(`0000${text.replaceAll('-', '')}`, 'hex');
  const body = Buffer.from(text);
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([length, body]);
}

/** The last one that was read: nearly always it is the next one, too, and to make its text is a sixth of the work. */
let lastEpoch = { raw: Buffer.alloc(0), text: '' };

function decodeEpoch(bytes: Buffer, start: number): { text: string; end: number } {
  const { raw, text } = lastEpoch;
  let same = 0;
  // Byte by byte: `compare` of two ranges takes six times as long.
  while (same < raw.length && bytes[start + same] === raw[same]) same += 1;
  if (same > 0 && same === raw.length) return { text, end: start + same };
  const decoded = decodeText(bytes, start);
  lastEpoch = { raw: Buffer.from(bytes.subarray(start, decoded.end)), text: decoded.text };
  return decoded;
}

function decodeText(bytes: Buffer, start: number): { text: string; end: number } {
  const length = bytes.readUInt16BE(start);
  const from = start + 2;
  const end = from + (length === 0 ? UUID_BYTES : length);
  if (end > bytes.length) throw new RangeError('cut off');
  if (length > 0) return { text: bytes.toString('utf8', from, end), end };
  const hex = bytes.toString('hex', from, end);
  const [head, tail] = [`${hex.slice(0, 8)}-${hex.slice(8, 12)}`, `${hex.slice(16, 20)}-${hex.slice(20)}`];
  return { text: `${head}-${hex.slice(12, 16)}-${tail}`, end };
}
