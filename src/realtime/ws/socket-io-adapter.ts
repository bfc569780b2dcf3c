import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { allowedOrigins } from '../../http/index.js';
import { Admission } from '../limits/admission.js';

type CreateServer = IoAdapter['createIOServer'];
type BindMessageHandlers = IoAdapter['bindMessageHandlers'];
type Acknowledge = (response: unknown) => void;
type Handler = (payload: unknown, acknowledge: Acknowledge | undefined) => Promise<unknown>;

/**
 * Nest's Socket.IO, open to those that `Admission` lets in. Pages of `CORS_ORIGINS` may read what HTTP polling answers;
 * for WebSockets browsers don't ask.
 */
export class SocketIoAdapter extends IoAdapter {
  constructor(
    private readonly app: INestApplicationContext,
    private readonly origins: readonly string[],
  ) {
    super(app);
  }

  override createIOServer(...[port, options]: Parameters<CreateServer>): ReturnType<CreateServer> {
    const cors = this.origins.length > 0 && { cors: { origin: allowedOrigins(this.origins) } };
    const { allowRequest } = this.app.get(Admission);
    return super.createIOServer(port, { ...options, ...cors, allowRequest } as typeof options);
  }

  /**
   * A listener for each message, which acknowledges it with what its handler resolves with. Nest does this with streams
   * of RxJS, of which each connection keeps several kilobytes; handlers of this product answer with promises.
   */
  override bindMessageHandlers(...[socket, handlers]: Parameters<BindMessageHandlers>): void {
    for (const { message, callback } of handlers) {
      socket.on(message as string, (...args: unknown[]) => void this.answer(callback as Handler, args));
    }
  }

  private async answer(handler: Handler, args: unknown[]): Promise<void> {
    const acknowledge = typeof args.at(-1) === 'function' ? (args.pop() as Acknowledge) : undefined;
    try {
      const response = await handler(args.length > 1 ? args : args[0], acknowledge);
      // Nothing: the exception filter has answered.
      if (response !== undefined) acknowledge?.(response);
    } catch (error) {
      this.logger.error(error);
    }
  }
}
