import { MOVER_WINDOWS, type MoverWindow } from '../../contracts/index.js';
import { IsOneOf, IsQueryNumber, IsSlug, IsText, Optional } from '../../validation/index.js';

const MAX_TEXT = 200;

export class MoversQuery {
  @IsOneOf(MOVER_WINDOWS)
  window: MoverWindow = '1d';

  @Optional()
  @IsText(MAX_TEXT)
  state?: string;

  @Optional()
  @IsSlug()
  category?: string;

  @IsQueryNumber(1, 100)
  limit: number = 20;
}
