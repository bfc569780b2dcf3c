export { acceptedEncoding, type Encoding } from './accepted-encoding.js';
export { compress, MIN_COMPRESSED, weakTag } from './compress.js';
