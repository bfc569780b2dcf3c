import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { bindPromiseHandlers, FastPath } from '../../fast-path/index.js';
import { allowedOrigins } from '../../http/index.js';
import { Admission } from '../limits/admission.js';

type CreateServer = IoAdapter['createIOServer'];
type BindMessageHandlers = IoAdapter['bindMessageHandlers'];

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

  override bindMessageHandlers(...[socket, handlers, transform]: Parameters<BindMessageHandlers>): void {
    if (!this.app.get(FastPath).has('messages')) return super.bindMessageHandlers(socket, handlers, transform);
    bindPromiseHandlers(socket, handlers, (error) => this.logger.error(error));
  }
}
