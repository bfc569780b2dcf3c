import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { EventReactions } from '../../src/events/event-reactions.js';
import * as door from '../../src/events/index.js';
import { type EventHandler, EventReaction, EventsModule } from '../../src/events/index.js';
import { startApp, type TestApp } from '../support/app.js';

describe('reactions to events', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.close());

  it('are all found by their decorator, in this order', () => {
    const found = app.app.get(EventReactions).found();
    expect(found.map(({ to, order, reactor }) => `${to} ${order} ${reactor.constructor.name}`)).toEqual([
      // A write is acknowledged, and its events are published, when these have invalidated what it touches.
      'cache 5 KnownWords',
      'cache 6 ProductCounts',
      'cache 10 SearchCacheInvalidator',
      // In the tick in which an event is delivered.
      'delivery 10 SubscriberFanOut',
      'delivery 20 RoomBroadcast',
      'delivery 30 ConsumerFeed',
      'delivery 40 SeriesFeed',
      'delivery 90 DeliveryTrace',
      // In the tick in which the log is found to have been set back.
      'newEpoch 10 Relay',
      'newEpoch 20 EventBridge',
      'newEpoch 30 SubscriberRegistry',
      'newEpoch 40 CacheInvalidation',
      'newEpoch 50 NewEpoch',
      'newEpoch 60 ConsumerFeed',
      'newEpoch 70 ConsumerRunners',
      'newEpoch 75 ProjectionPositions',
      'newEpoch 80 SeriesFeed',
      'newEpoch 90 SeriesSubscriber',
      // Before a stored answer is given again.
      'replay 10 AwaitDelivered',
    ]);
  });
});

describe('EventReactions', () => {
  class Handler implements EventHandler {
    readonly needed = true;
    handle(_event: InventoryEvent): void {}
  }

  @Injectable()
  @EventReaction({ to: 'delivery', order: 20 })
  class Second extends Handler {}

  @Injectable()
  @EventReaction({ to: 'delivery', order: 10 })
  class First extends Handler {}

  @Injectable()
  @EventReaction({ to: 'delivery', order: 20 })
  class AlsoSecond extends Handler {}

  const foundAmong = async (...providers: (new () => Handler)[]): Promise<string[]> => {
    @Module({ imports: [DiscoveryModule], providers: [...providers, { provide: 'alias', useExisting: providers[0]! }] })
    class Some {}
    const context = await NestFactory.createApplicationContext(Some, { logger: false });
    const none = undefined as never;
    const reactions = new EventReactions(context.get(DiscoveryService), none, none, none, none);
    try {
      return reactions.found().map(({ reactor }) => reactor.constructor.name);
    } finally {
      await context.close();
    }
  };

  it('finds providers of any module by their order, once each', async () => {
    expect(await foundAmong(Second, First)).toEqual(['First', 'Second']);
  });

  it('refuses two that would have to come first', async () => {
    await expect(foundAmong(Second, First, AlsoSecond)).rejects.toThrow(
      'Second and AlsoSecond both react to delivery with order 20',
    );
  });
});

describe('the door of events', () => {
  it('lets out the providers that the module exports, and no others', () => {
    const exported = Reflect.getMetadata('exports', EventsModule) as { name: string }[];
    const names = exported.map(({ name }) => name).sort();
    expect(names).toEqual([
      ...['AcknowledgedChanges', 'AwaitOthers', 'AwaitSequenced', 'EventCommitter', 'EventLog', 'EventsStatus'],
      ...['InventoryEventService', 'LogSizes'],
    ]);
    expect(Object.keys(door)).toEqual(expect.arrayContaining(names));
    const providers = Reflect.getMetadata('providers', EventsModule) as unknown[];
    const letOut = Object.values(door).filter((value) => providers.includes(value)) as { name: string }[];
    expect(letOut.map(({ name }) => name).sort()).toEqual(names);
  });
});
