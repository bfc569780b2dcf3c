import { type ArgumentsHost, Catch, Logger, type WsExceptionFilter } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { problemParts } from '../../http/index.js';
import { EXCEPTION, type ExceptionMessage } from '../messages.js';
import { SlowClients } from '../slow-clients/slow-clients.js';

/** Tells a bad request as the `exception` event and, if the client asked for one, as its acknowledgement. */
@Catch()
export class WsProblemFilter implements WsExceptionFilter {
  private readonly logger = new Logger(WsProblemFilter.name);

  constructor(private readonly slowClients: SlowClients) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, code, detail } = problemParts(error);
    if (status >= 500) this.logger.error(error);
    const message: ExceptionMessage = { status: 'error', code, message: detail };
    const socket = host.switchToWs().getClient<Socket>();
    socket.emit(EXCEPTION, message);
    const acknowledge = host.getArgs<unknown[]>().find((argument) => typeof argument === 'function');
    acknowledge?.(message);
    this.slowClients.refused(socket);
  }
}
