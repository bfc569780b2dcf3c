import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { allowedOrigins } from '../../infra/index.js';

type CreateServer = IoAdapter['createIOServer'];

/** Socket.IO whose polling transport is open to the origins of `CORS_ORIGINS`; browsers don't ask for WebSockets. */
export class CorsIoAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly origins: readonly string[],
  ) {
    super(app);
  }

  override createIOServer(...[port, options]: Parameters<CreateServer>): ReturnType<CreateServer> {
    const cors = this.origins.length > 0 && { cors: { origin: allowedOrigins(this.origins) } };
    return super.createIOServer(port, { ...options, ...cors } as typeof options);
  }
}
