import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { Clock } from '../../infra/index.js';
import { ClientAddresses } from '../../rate-limit/index.js';
import { ConnectionLimit } from './connection-limit.js';
import { HandshakeLimit } from './handshake-limit.js';
import { OriginCheck } from './origin-check.js';

type EngineSocket = Socket['conn'];
type Answer = (error: string | null, success: boolean) => void;

/** Connections a second that are accepted only to be refused with a reason: of one address, and of all. */
const TOLD_PER_ADDRESS = 20;
const TOLD = 200;
const SECOND = 1_000;

/**
 * What a connection has to pass where it is accepted, before any namespace: the origin of the page, the rate of
 * handshakes and the number of connections. Over HTTP polling and WebSocket alike.
 *
 * A client that asks for the namespace gets the reason as a `connect_error`; that takes a connection, so only some a
 * second are refused in this way, and all others by the HTTP answer to the handshake.
 */
@Injectable()
export class Admission {
  private readonly refusals = new WeakMap<IncomingMessage, Error>();
  private readonly joined = new WeakSet<EngineSocket>();
  private readonly told = new Map<string, number>();
  private toldSince = Number.NEGATIVE_INFINITY;
  private toldInAll = 0;

  constructor(
    private readonly handshakes: HandshakeLimit,
    private readonly connections: ConnectionLimit,
    private readonly origins: OriginCheck,
    private readonly addresses: ClientAddresses,
    private readonly clock: Clock,
  ) {}

  /** Engine.IO's `allowRequest`: of each handshake, and of nothing else. */
  readonly allowRequest = (request: IncomingMessage, answer: Answer): void => {
    if (!this.origins.allows(request)) return answer('Pages of this origin may not connect', false);
    const address = this.addresses.of(request);
    this.handshakes.take(address, (limited) => {
      const refusal = limited ?? this.connections.refusal(address);
      if (!refusal) return answer(null, true);
      if (!this.mayBeTold(address)) return answer(refusal.message, false);
      this.refusals.set(request, refusal);
      answer(null, true);
    });
  };

  /** Why a connection that has been accepted is to be closed again; undefined: it is admitted. */
  refusalOf({ request }: EngineSocket, address: string): Error | undefined {
    const known = this.refusals.get(request);
    if (known) return known;
    // Handshakes that came together have passed the check before any of them was counted.
    const refusal = this.connections.refusal(address);
    if (refusal) this.refusals.set(request, refusal);
    return refusal;
  }

  /** Joining again after having left is a handshake of its own: its token is checked again. */
  guard(namespace: Namespace): void {
    namespace.use(({ conn, request }, next) => {
      const refusal = this.refusals.get(request);
      if (refusal || !this.joined.has(conn)) {
        this.joined.add(conn);
        return next(refusal);
      }
      this.handshakes.take(this.addresses.of(request), next);
    });
  }

  private mayBeTold(address: string): boolean {
    const now = this.clock.now();
    if (now < this.toldSince || now - this.toldSince >= SECOND) {
      this.toldSince = now;
      this.toldInAll = 0;
      this.told.clear();
    }
    const before = this.told.get(address) ?? 0;
    if (before >= TOLD_PER_ADDRESS || this.toldInAll >= TOLD) return false;
    this.told.set(address, before + 1);
    this.toldInAll += 1;
    return true;
  }
}
