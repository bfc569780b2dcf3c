import { Injectable } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import { ConnectionLimit } from './connection-limit.js';
import { HandshakeLimit } from './handshake-limit.js';

/** What a socket has to pass before it is in the namespace. */
@Injectable()
export class Admission {
  constructor(
    private readonly handshakes: HandshakeLimit,
    private readonly connections: ConnectionLimit,
  ) {}

  guard(namespace: Namespace): void {
    this.handshakes.guard(namespace);
    this.connections.guard(namespace);
  }
}
