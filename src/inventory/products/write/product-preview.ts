import { Injectable } from '@nestjs/common';
import { ValidationFailedError } from '../../../infra/index.js';
import { EventOrigin, writeOrigin } from '../../event-origin.js';
import { checkedCommand } from './checked-command.js';
import { decide } from './decide.js';
import type { ProductCommand, WriteOutcome } from './product-command.js';
import { type Assumed, WorkingSetLoader } from './working-set.loader.js';

/** Says what writes would do: everything of a write but its commit. */
@Injectable()
export class ProductPreview {
  constructor(
    private readonly loader: WorkingSetLoader,
    private readonly origin: EventOrigin,
  ) {}

  /** One outcome per command, in order, each after those before it. */
  async decide(commands: readonly ProductCommand[], assumed: Assumed): Promise<WriteOutcome[]> {
    const set = await this.loader.load(commands, assumed);
    const context = { ...this.origin.now(), origin: writeOrigin({}) };
    return commands.map((command) => {
      try {
        return decide(checkedCommand(command), set, context).outcome;
      } catch (error) {
        if (error instanceof ValidationFailedError) return { status: 'rejected', error };
        throw error;
      }
    });
  }
}
