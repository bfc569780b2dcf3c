import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, contiguous } from '../../../test/support/events.js';
import type { InventoryEvent } from '../../contracts/index.js';
import { channelsOf } from '../content-channels.js';
import { EventNotice } from '../event-notice.js';
import type { BusMessage } from './event-bus.js';
import { NoticeAssembly } from './notice-assembly.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const at = (position: number, epoch = 'e'): InventoryEvent => anEvent({ epoch, position });
const noticesOf = (from: number, to: number, epoch = 'e'): BusMessage => ({
  kind: 'notices',
  epoch,
  entries: contiguous(from - 1, to).map(
    (position) => new EventNotice(position, 'price_changed', 0, channelsOf(at(position)), null),
  ),
});

describe('the assembly of notices and contents', () => {
  let assembly: NoticeAssembly;
  let missed: number[];
  let delivered: BusMessage[];

  beforeEach(() => {
    missed = [];
    delivered = [];
    assembly = new NoticeAssembly(
      () => true,
      (message) => delivered.push(message),
      ({ position }) => missed.push(position),
    );
  });
  afterEach(() => assembly.stop());

  describe('after a pause of the process', () => {
    let server: Server;
    let near: Socket;
    let far: Socket;

    beforeEach(async () => {
      server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      near = connect((server.address() as AddressInfo).port, '127.0.0.1');
      [far] = (await once(server, 'connection')) as [Socket];
    });
    afterEach(() => {
      for (const socket of [near, far]) socket.destroy();
      server.close();
    });

    it('uses contents that have come meanwhile', async () => {
      near.on('data', () => assembly.content([at(1)], KIB));
      assembly.take(noticesOf(1, 1));
      far.write('a content');
      const until = performance.now() + 80;
      while (performance.now() < until);
      while (delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(missed).toEqual([]);
      expect(delivered).toMatchObject([{ kind: 'events' }]);
    });
  });

  it('gives up what doesn’t come, though other contents come all the time', async () => {
    assembly.take(noticesOf(1, 1));
    const began = performance.now();
    for (let position = 2; delivered.length === 0; position += 1) {
      assembly.content([at(position)], KIB);
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() - began > 5_000) break;
    }
    expect(missed).toEqual([1]);
    expect(delivered).toMatchObject([{ kind: 'notices' }]);
  });

  it('keeps contents up to 32 MiB of messages, the newest ones', () => {
    for (const position of contiguous(0, 100)) assembly.content([at(position)], MIB);
    expect(assembly.kept).toEqual({ events: 32, bytes: 32 * MIB });
    // An event comes over several channels.
    assembly.content([at(100)], MIB);
    expect(assembly.kept).toEqual({ events: 32, bytes: 32 * MIB });
    assembly.take(noticesOf(69, 100));
    expect(delivered).toMatchObject([{ kind: 'events' }]);
    expect(assembly.kept).toEqual({ events: 0, bytes: 0 });
  });

  it('keeps none of what has been delivered from the log, in whatever order they have come', () => {
    for (const position of [900, 5, 4, 901, 3]) assembly.content([at(position)], KIB);
    assembly.reached({ epoch: 'e', position: 4 });
    expect(assembly.kept.events).toBe(3);
    assembly.content([at(4)], KIB);
    assembly.reached({ epoch: 'e', position: 900 });
    expect(assembly.kept).toEqual({ events: 1, bytes: KIB });
  });

  it('keeps none of another epoch for long', () => {
    assembly.take({ ...noticesOf(1, 1), entries: [at(1)] } as BusMessage);
    for (const position of contiguous(500, 600)) assembly.content([at(position, 'other')], KIB);
    assembly.content(
      contiguous(1, 300).map((position) => at(position)),
      299 * KIB,
    );
    assembly.take(noticesOf(2, 300));
    expect(assembly.kept).toEqual({ events: 0, bytes: 0 });
    assembly.content([at(301)], KIB);
    assembly.take({ ...noticesOf(1, 1, 'other'), entries: [at(1, 'other')] } as BusMessage);
    expect(assembly.kept.events).toBe(0);
  });
});
