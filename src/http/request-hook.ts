import type {
  FastifyInstance,
  onCloseAsyncHookHandler,
  onRequestHookHandler,
  onResponseHookHandler,
  onRouteHookHandler,
  onSendHookHandler,
  preHandlerHookHandler,
  preParsingHookHandler,
  preValidationHookHandler,
} from 'fastify';

interface Handlers {
  onRoute: onRouteHookHandler;
  onRequest: onRequestHookHandler;
  preParsing: preParsingHookHandler;
  preValidation: preValidationHookHandler;
  preHandler: preHandlerHookHandler;
  onSend: onSendHookHandler<unknown>;
  onResponse: onResponseHookHandler;
  onClose: onCloseAsyncHookHandler;
}
type Phase = keyof Handlers;

interface HookOf<P extends Phase> {
  phase: P;
  /** As it appears in stack traces, too. */
  name: string;
  run: Handlers[P];
  /** Why it is a hook, and why at this place. */
  why: string;
}

/** A hook of Fastify; hooks of one phase run in the order in which they are added. */
export type RequestHook = { [P in Phase]: HookOf<P> }[Phase];

/** To be called before the routes are added. */
export function addRequestHooks(server: FastifyInstance, hooks: readonly RequestHook[]): void {
  for (const { phase, name, run } of hooks) {
    Object.defineProperty(run, 'name', { value: name });
    server.addHook(phase as 'onRequest', run as onRequestHookHandler);
  }
}
