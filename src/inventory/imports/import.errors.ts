import type { ImportSummary } from '../../contracts/index.js';
import { AppError } from '../../infra/index.js';

/** No row of the file could be taken; the problem has the members of the summary. */
export class ImportNothingUsableError extends AppError {
  readonly code = 'import_nothing_usable';
  readonly status = 422;
  override readonly extensions: Readonly<Record<string, unknown>>;

  constructor(summary: ImportSummary) {
    const { rows, rejections } = summary;
    const [first] = rejections;
    super(first ? `None of ${rows} rows can be used. Line ${first.line}: ${first.reason}` : 'The file has no rows');
    this.extensions = { ...summary };
  }
}
