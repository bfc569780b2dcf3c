export {
  exportLine,
  namesDigest,
  RECORD_COLUMNS,
  recordLine,
  type RecordRow,
  sealedNames,
  TAIL_DIGEST_BYTES,
  tailDigest,
} from './event-record.js';
export { keyHashes, productKey, vendorKey } from './key-filter.js';
export {
  headLine,
  linesOf,
  type SealedEvent,
  sealSegment,
  type Segment,
  SegmentContents,
  type SegmentHead,
  unpackSegment,
} from './segment.js';
export { notesHash, SegmentNotes } from './segment-notes.js';
export { readRecord } from './read-record.js';
export { FOLDED_PRODUCTS, FOLDED_VENDORS } from './folded-log.sql.js';
