export { type SealOutcome, sealSegments } from './seal-segments.js';
export { ArchiveError, archiveSegments, droppable, dropSegments, returnSegments } from './archive-segments.js';
export { type Compaction, compactTable } from './compact-table.js';
export { SegmentFileError } from './segment-files.js';
export { type FoldingBase, NoFoldingBaseError, useFoldingBase } from './folding-base.js';
export { BrokenSegmentError } from './moved-records.js';
export { exportLog } from './export-log.js';
export { backUp, type BackupResult } from './backup.js';
export { isBackup, type RestoredBackup } from './restore-backup.js';
export { RestoreError } from './restore-errors.js';
export {
  prepareDatabase,
  restoreFromBackup,
  restoreFromFile,
  restoreFromLog,
  type Restored,
  type RestoreObserver,
} from './restore.js';
