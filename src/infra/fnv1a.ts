/** FNV-1a of a text in 32 bits, with its poor lowest bits mixed. Keys and channels in Redis rest on it. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return ((value >>> 16) ^ value) >>> 0;
}
