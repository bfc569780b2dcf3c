import { IsSlug, IsText, Optional } from '../../validation/index.js';

const MAX_TEXT = 200;

export class StockInsightsQuery {
  @Optional()
  @IsSlug()
  category?: string;

  @Optional()
  @IsText(MAX_TEXT)
  state?: string;
}
