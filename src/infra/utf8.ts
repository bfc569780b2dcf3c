import { transcode } from 'node:buffer';

/**
 * Node.js before 24 decodes text that isn't Latin letter by letter: 2.5 ms for 660 KiB, 0.9 by way of UTF-16. Since
 * then it takes 0.3 to 0.8.
 */
const SLOW = Number(process.versions.node.split('.')[0]) < 24;

/**
 * The text of bytes in UTF-8 that most likely hold Indian scripts. What isn't UTF-8 becomes U+FFFD, as with `toString`.
 */
export function utf8Text(bytes: Buffer): string {
  if (!SLOW) return bytes.toString();
  try {
    return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  } catch {
    return bytes.toString();
  }
}
