import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { BusMessage } from '../../src/events/bus/event-bus.js';
import type { EventNeeds } from '../../src/events/bus/event-needs.js';
import { channelsOf, vendorChannel, VENDOR_CHANNELS } from '../../src/events/content-channels.js';
import { EventNotice } from '../../src/events/event-notice.js';
import { FollowedChannels } from '../../src/events/followed-channels.js';
import { EventBatch } from '../../src/events/log/event-batch.js';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { balancedTags } from '../../src/infra/index.js';
import { slotOf } from '../../src/infra/redis/hash-tags.js';
import { anEvent, aPriceReport, contiguous, placed, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';
import { type ClusterMember, clusterNetwork, EVERYTHING } from '../support/redis-network.js';
import { collect } from './event-bus.contract.js';

Logger.overrideLogger(false);

const NOTHING: EventNeeds = { needs: () => false, everything: false, followed: [] };
const EPOCH = '4f4b1b5e-0c7e-4e3c-9a63-0b8f6f1f3a11';

/** The needs of an instance with rooms of these vendors. */
function roomsOfVendors(vendorIds: readonly string[]): EventNeeds {
  const followed = new FollowedChannels();
  for (const vendorId of vendorIds) followed.add(vendorChannel(vendorId));
  return { needs: (notice) => followed.has(notice), everything: false, followed: [followed] };
}

const positionsHeard = (messages: readonly BusMessage[]): number[] =>
  messages.flatMap((message) => {
    if (message.kind === 'events') return positionsOf(message.batch.events);
    return message.kind === 'notices' ? positionsOf(message.entries) : [];
  });
/** Of events whose content has come. */
const contentsHeard = (messages: readonly BusMessage[]): number[] =>
  messages.flatMap((message) => {
    if (message.kind === 'events') return positionsOf(message.batch.events);
    return message.kind === 'notices'
      ? positionsOf(message.entries.filter((one) => !(one instanceof EventNotice)))
      : [];
  });

/** Tries until all is as it should be, so many times at most. */
async function eventually(times: number, attempt: () => Promise<void>): Promise<void> {
  for (let time = 1; ; time += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (time === times) throw error;
    }
  }
}

describe('ClusterEventBus', () => {
  let cluster: RedisCluster;
  let network: ReturnType<typeof clusterNetwork>;
  let leader: ClusterMember;
  let position: number;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    network = clusterNetwork(cluster.env);
    leader = await network.join(NOTHING, 0);
    position = 0;
  });
  afterEach(() => network.close());

  /** One event of each vendor, each in a message of its own. */
  const publish = async (vendorIds: readonly string[]): Promise<void> => {
    for (const vendorId of vendorIds) {
      position += 1;
      const event = anEvent({ eventId: newEventId(), epoch: EPOCH, position, vendorId });
      await leader.bus.publish({ kind: 'events', batch: EventBatch.of([event]) });
    }
  };
  const slotOfVendor = (vendorId: string): number => slotOf(balancedTags('bus', 64)[vendorChannel(vendorId) % 64]!);

  it('tells everybody of every event, and brings the contents of those that are followed', async () => {
    const one = await network.join(roomsOfVendors(['v1']), 1);
    const [all, some] = [collect(leader.bus), collect(one.bus)];
    await publish(['v1', 'v2', 'v1', 'v3']);
    await waitFor(() => positionsHeard(some).length >= 4 && positionsHeard(all).length >= 4, { what: 'all events' });
    expect(positionsHeard(some)).toEqual([1, 2, 3, 4]);
    expect(contentsHeard(some)).toEqual([1, 3]);
    const notices = some.flatMap((message) => (message.kind === 'notices' ? message.entries : []));
    const [second] = notices;
    expect(second).toBeInstanceOf(EventNotice);
    expect((second as EventNotice).channels).toEqual(channelsOf(anEvent({ vendorId: 'v2' })));
    // The publisher has what it has published.
    expect(contentsHeard(all)).toEqual([1, 2, 3, 4]);
  });

  it('tells of types, times and ids in batches of any kind', async () => {
    const other = await network.join(NOTHING, 0);
    const heard = collect(other.bus);
    const late = anEvent({ epoch: EPOCH, position: 8, occurredAt: '2026-01-05T06:30:02.500Z' });
    const report = placed(aPriceReport(), EPOCH, 9);
    const events = [anEvent({ epoch: EPOCH, position: 7 }), late, report];
    await leader.bus.publish({ kind: 'events', batch: EventBatch.of(events) });
    await waitFor(() => heard.length > 0, { what: 'the notices' });
    const [message] = heard;
    if (message?.kind !== 'notices') throw new Error('no notices');
    expect(message.epoch).toBe(EPOCH);
    expect(message.entries).toEqual(
      events.map((event, index) => {
        const eventId = index === 2 ? event.eventId : null;
        const { eventType, occurredAt } = event;
        return new EventNotice(event.position, eventType, Date.parse(occurredAt), channelsOf(event), eventId);
      }),
    );
  });

  it('brings what comes to be followed, and after a while no more what isn’t', async () => {
    const followed = new FollowedChannels();
    const needs = { needs: (notice: EventNotice) => followed.has(notice), everything: false, followed: [followed] };
    const { bus } = await network.join(needs, 0);
    const heard = collect(bus);
    await publish(['v1']);
    await waitFor(() => positionsHeard(heard).length === 1, { what: 'the notice' });
    followed.add(vendorChannel('v1'));
    await waitFor(() => bus.channels === 1, { what: 'the subscription' });
    await publish(['v1']);
    await waitFor(() => contentsHeard(heard).length === 1, { what: 'the content' });
    expect(contentsHeard(heard)).toEqual([2]);
    followed.remove(vendorChannel('v1'));
    await waitFor(() => bus.channels === 0, { what: 'the end of the subscription', timeoutMs: 15_000 });
  });

  it('costs an instance with a tenth of the rooms no more than a fourth of one with all', async () => {
    const vendorIds = contiguous(0, 200).map((number) => `vnd_${number}`);
    const tenth = vendorIds.filter((_id, index) => index % 10 === 0);
    const all = await network.join(EVERYTHING, VENDOR_CHANNELS);
    const few = await network.join(roomsOfVendors(tenth), new Set(tenth.map(vendorChannel)).size);
    const none = await network.join(NOTHING, 0);
    const members = [all, few, none];
    const heard = members.map((member) => collect(member.bus));
    let before: number[] = [];
    const allHeard = (): boolean => heard.every((messages) => positionsHeard(messages).length === position);
    // By then the publisher is connected to all masters; what it sends before that may be lost.
    await publish(vendorIds);
    await waitFor(allHeard, { what: 'the first events' });
    // A machine that does other work as well may bring some contents too late, but not each time.
    await eventually(5, async () => {
      const from = position;
      before = members.map((member) => member.bytesHeard());
      await publish([...vendorIds, ...vendorIds, ...vendorIds]);
      await waitFor(allHeard, { what: 'all events' });
      const contents = heard.map((messages) => contentsHeard(messages).filter((at) => at > from));
      expect(contents[0]).toEqual(contiguous(from, from + 600));
      expect(contents[1]!.length).toBeLessThan(100);
    });
    const [ofAll, ofFew, ofNone] = members.map((member, index) => member.bytesHeard() - before[index]!);
    expect(ofFew! / ofAll!).toBeLessThan(0.25);
    expect(ofNone! / ofAll!).toBeLessThan(0.15);
  });

  it('brings contents again after a failover, and after the move of a slot', async () => {
    const { bus } = await network.join(roomsOfVendors(['v1']), 1);
    const heard = collect(bus);
    const comesAgain = (what: string): Promise<unknown> => {
      const from = position;
      return waitFor(
        async () => {
          await publish(['v1']);
          await waitFor(() => positionsHeard(heard).includes(position), { what: 'the notice' });
          return contentsHeard(heard).some((at) => at > from);
        },
        { what, everyMs: 50, timeoutMs: 20_000 },
      );
    };
    await comesAgain('the first content');
    const slot = slotOfVendor('v1');
    const master = await cluster.masterOf(slot);
    await cluster.failOver(master);
    await comesAgain('a content after the failover');
    const others = await Promise.all([100, 6_000, 16_000].map((other) => cluster.masterOf(other)));
    const now = await cluster.masterOf(slot);
    await cluster.migrate(
      slot,
      others.find(({ id }) => id !== now.id)!,
    );
    await comesAgain('a content after the move');
  }, 60_000);

  it('goes on telling of events while a master hangs, and of contents that the others have', async () => {
    const vendorIds = contiguous(0, 60).map((number) => `v${number}`);
    const masters = await Promise.all(vendorIds.map((id) => cluster.masterOf(slotOfVendor(id))));
    // Notices go over the first node that is named.
    const at = masters.findIndex(({ id }) => id !== cluster.nodes[0]!.id);
    const other = vendorIds.find((_id, index) => masters[index]!.id !== masters[at]!.id)!;
    const { bus } = await network.join(roomsOfVendors([vendorIds[at]!, other]), 2);
    const heard = collect(bus);
    await publish([vendorIds[at]!, other]);
    await waitFor(() => positionsHeard(heard).length === 2, { what: 'the first events' });
    await eventually(3, async () => {
      const from = position;
      await masters[at]!.admin.call('CLIENT', 'PAUSE', '3000', 'WRITE');
      try {
        for (let round = 0; round < 100; round += 1) await publish([vendorIds[at]!, other]);
        const all = (): boolean => positionsHeard(heard).length === position;
        await waitFor(all, { what: 'all events', timeoutMs: 2_000 });
        expect(positionsHeard(heard)).toEqual(contiguous(0, position));
        const contents = contentsHeard(heard).filter((one) => one > from);
        expect(contents.length).toBeGreaterThan(95);
        expect(contents.filter((one) => one % 2 === 1)).toEqual([]);
      } finally {
        await masters[at]!.admin.call('CLIENT', 'UNPAUSE');
        await waitFor(() => positionsHeard(heard).length === position, { what: 'the events of the pause' });
      }
    });
  });

  it('keeps no names of channels that Redis refuses to the user, and asks ever more seldom', async () => {
    const rights = ['on', '>s3cret', '~*', '&*', '+@all', '-ssubscribe'];
    for (const { admin } of cluster.nodes) await admin.call('ACL', 'SETUSER', 'deaf', ...rights);
    const refusals = async (): Promise<number> => {
      const stats = await Promise.all(cluster.nodes.map(({ admin }) => admin.info('commandstats')));
      const counts = stats.map((text) => Number(/cmdstat_ssubscribe:.*rejected_calls=(\d+)/.exec(text)?.[1] ?? 0));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const refused = clusterNetwork({ ...cluster.env, REDIS_USERNAME: 'deaf', REDIS_PASSWORD: 's3cret' });
    const began = await refusals();
    const { bus, names } = await refused.join(EVERYTHING, 0);
    const heard = collect(bus);
    await waitFor(async () => (await refusals()) >= began + 64, { what: 'all groups to be refused' });
    await waitFor(() => names() === 0, { what: 'the names to be dropped' });
    await sleep(4_000);
    expect(names()).toBeLessThanOrEqual(VENDOR_CHANNELS);
    // At once, perhaps again when all is connected, after a second, and two seconds later; not each second.
    expect(await refusals()).toBeLessThanOrEqual(began + 4 * 64);
    await publish(['v1']);
    await waitFor(() => positionsHeard(heard).length === 1, { what: 'the notice' });
    await refused.close();
  });
});
