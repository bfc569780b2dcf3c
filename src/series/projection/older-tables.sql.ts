import { pointMembersSql } from './kept-point.sql.js';
import { comparableSql } from './report-figures.sql.js';

/**
 * What readers need of tables of versions before. Those of version 2 kept no state of a report, nor what each reader
 * computed from it again.
 */
export const OLDER_TABLES = {
  2: {
    series_reports: `
      SELECT r.*, v.state, ${comparableSql('r')}
      FROM {series_reports} r LEFT JOIN {series_vendors} v ON v.vendor_id = r.vendor_id`,
    series_days: `SELECT *, ${pointMembersSql()} AS point FROM {series_days}`,
  },
};
