import { type ArgumentsHost, Catch, Logger, type WsExceptionFilter } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { problemParts } from '../../http/index.js';
import { EXCEPTION, type ExceptionMessage } from '../protocol/messages.js';

/** Tells a bad request as the `exception` event and, if the client asked for one, as its acknowledgement. */
@Catch()
export class WsProblemFilter implements WsExceptionFilter {
  private readonly logger = new Logger(WsProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    if (problemParts(error).status >= 500) this.logger.error(error);
    refuse(host.switchToWs().getClient<Socket>(), host.getArgs<unknown[]>(), error);
  }
}

/** @param args of the message; a function among them is its acknowledgement */
export function refuse(socket: Socket, args: readonly unknown[], error: unknown): void {
  const { code, detail } = problemParts(error);
  const message: ExceptionMessage = { status: 'error', code, message: detail };
  socket.emit(EXCEPTION, message);
  const acknowledge = args.find((argument) => typeof argument === 'function');
  acknowledge?.(message);
}
