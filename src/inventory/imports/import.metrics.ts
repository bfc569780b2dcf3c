import { Injectable } from '@nestjs/common';
import { type ImportSummary, PRICE_FILE_LAYOUTS } from '../../contracts/index.js';
import { Metrics } from '../../infra/index.js';

const RESULTS = ['created', 'priceChanged', 'recorded', 'revised', 'unchanged', 'rejected'] as const;
const labelOf = (result: (typeof RESULTS)[number]): string => (result === 'priceChanged' ? 'price_changed' : result);

/** What price files have brought, to this instance since its start. */
@Injectable()
export class ImportMetrics {
  private readonly imports = this.metrics.counter('inventory_imports_total', 'Price files taken in, by layout.', {
    layout: PRICE_FILE_LAYOUTS,
  });
  private readonly rows = this.metrics.counter(
    'inventory_import_rows_total',
    'Rows of price files, by what became of them.',
    { result: RESULTS.map(labelOf) },
  );

  constructor(private readonly metrics: Metrics) {}

  /** Once for each file that took effect. */
  done(summary: ImportSummary): void {
    this.imports.inc({ layout: summary.layout });
    for (const result of RESULTS) this.rows.inc({ result: labelOf(result) }, summary[result]);
  }
}
