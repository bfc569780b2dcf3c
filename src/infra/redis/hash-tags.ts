/** Of a Redis Cluster. */
const SLOTS = 16_384;

/** Made once for each name: of all partitions of the cache, and of all channels of the bus. */
const made = new Map<string, readonly string[]>();
/** Names that are remembered; an epoch that begins has another one. */
const MOST_MADE = 8;

/**
 * Hash tags that are spread over the slots as evenly as can be: the slot of each lies in its own part of them. So
 * they are spread over the masters as well, however many there are, since each has a range of slots.
 *
 * @param name what all of them begin with
 * @returns without braces
 */
export function balancedTags(name: string, count: number): readonly string[] {
  const key = `${name} ${count}`;
  const known = made.get(key);
  if (known) return known;
  const tags: string[] = [];
  const width = SLOTS / count;
  let left = count;
  for (let number = 0; left > 0; number += 1) {
    const tag = `${name}:${number.toString(36)}`;
    const part = Math.floor(slotOf(tag) / width);
    if (tags[part] !== undefined) continue;
    tags[part] = tag;
    left -= 1;
  }
  if (made.size >= MOST_MADE) made.clear();
  made.set(key, tags);
  return tags;
}

/** CRC16/XMODEM, as the specification of Redis Cluster has it. @param tag ASCII */
export function slotOf(tag: string): number {
  let crc = 0;
  for (let index = 0; index < tag.length; index += 1) {
    crc ^= tag.charCodeAt(index) << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc % SLOTS;
}
