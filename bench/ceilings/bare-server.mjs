import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

// Nest on Fastify with a Socket.IO gateway, and nothing else: what the product's footprint is measured by. JavaScript,
// so that no compiler is loaded into the process that is measured.

class Gateway {
  subscribe(socket) {
    void socket.join('inventory:general');
    return {};
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Gateway.prototype, 'subscribe');
SubscribeMessage('subscribe_inventory')(Gateway.prototype, 'subscribe', descriptor);
WebSocketGateway({ namespace: '/inventory' })(Gateway);

class BareModule {}
Module({ providers: [Gateway] })(BareModule);

const app = await NestFactory.create(BareModule, new FastifyAdapter(), { logger: false });
app.useWebSocketAdapter(new IoAdapter(app));
await app.listen(0, '127.0.0.1');
process.stdout.write(`  URL    ${await app.getUrl()}\n`);
