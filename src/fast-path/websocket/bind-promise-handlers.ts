import type { WsMessageHandler } from '@nestjs/common';

/** Of Socket.IO's sockets; not its class, of which Nest has a copy of its own. */
interface Listened {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}
type Acknowledge = (response: unknown) => void;
type Handler = (payload: unknown, acknowledge: Acknowledge | undefined) => Promise<unknown>;

/**
 * A listener for each message, which acknowledges it with what its handler resolves with. Nest does this with streams
 * of RxJS, of which each connection keeps several kilobytes; handlers of this product answer with promises.
 */
export function bindPromiseHandlers(
  socket: Listened,
  handlers: readonly WsMessageHandler[],
  onError: (error: unknown) => void,
): void {
  for (const { message, callback } of handlers) {
    socket.on(message, (...args: unknown[]) => {
      answer(callback as Handler, args).catch(onError);
    });
  }
}

async function answer(handler: Handler, args: unknown[]): Promise<void> {
  const acknowledge = typeof args.at(-1) === 'function' ? (args.pop() as Acknowledge) : undefined;
  const response = await handler(args.length > 1 ? args : args[0], acknowledge);
  // Nothing: the exception filter has answered.
  if (response !== undefined) acknowledge?.(response);
}
