import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Namespace } from 'socket.io';
import { Clock } from '../../../src/infra/index.js';
import { RoomBroadcaster } from '../../../src/realtime/gateway/room-broadcaster.js';
import { startApp, type TestApp } from '../../support/app.js';
import { openWebSocket, type RawWebSocket } from '../../support/attacks/raw-websocket.js';
import { waitFor } from '../../support/processes.js';
import { GENERAL, listen, realtimeStats } from '../../support/rooms.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';

interface Waiting {
  writeBuffer: { data?: string }[];
  transport: { socket?: { _socket?: { writableLength: number } } };
}

/** Attacks on connections themselves, which need no namespace and no token. */
describe('connections', () => {
  let app: TestApp;
  const opened: RawWebSocket[] = [];

  const open = async (options: Parameters<typeof openWebSocket>[1] = {}): Promise<RawWebSocket> => {
    const connection = await openWebSocket(app.url, options);
    opened.push(connection);
    return connection;
  };
  const engine = () => {
    const { namespace } = app.app.get<RoomBroadcaster, { namespace: Namespace }>(RoomBroadcaster);
    return namespace.server.engine as unknown as { clients: Record<string, Waiting>; clientsCount: number };
  };
  const count = (): number => engine().clientsCount;
  /** Bytes that wait for all connections. */
  const waiting = (): number =>
    Object.values(engine().clients)
      .map(({ writeBuffer, transport }) => {
        const queued = writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0) + 64, 0);
        return queued + (transport.socket?._socket?.writableLength ?? 0);
      })
      .reduce((sum, bytes) => sum + bytes, 0);
  const closeAll = async (): Promise<void> => {
    for (const { socket } of opened.splice(0)) socket.destroy();
    await waitFor(() => count() === 0, { what: 'the end of all connections' });
  };

  describe('that don’t read', () => {
    const BOUND = 65_536;
    beforeAll(async () => {
      app = await startApp({ env: { SEND_BUFFER_BYTES: String(BOUND) } });
    });
    afterEach(closeAll);
    afterAll(() => app.close());

    /** Goes on until the server has ended the connection, and never more than the bound waits for it meanwhile. */
    const untilCut = async (connection: RawWebSocket, attack: () => void): Promise<void> => {
      let over = false;
      void connection.ended.then(() => (over = true));
      for (let round = 0; count() > 0 && !over; round += 1) {
        expect(round).toBeLessThan(4_000);
        attack();
        await new Promise((resolve) => setImmediate(resolve));
        expect(waiting()).toBeLessThan(8 * BOUND);
        if (connection.socket.writableLength > 4 * BOUND) {
          await new Promise((resolve) => connection.socket.once('drain', resolve).once('close', resolve));
        }
      }
      expect(count()).toBe(0);
    };
    /** Time goes so fast that no rate is too high: only what waits can be too much. */
    const withoutRates = async (attack: () => Promise<void>): Promise<void> => {
      const clock = app.app.get(Clock);
      const real = clock.now.bind(clock);
      let ahead = 0;
      clock.now = () => real() + (ahead += 9);
      await attack().finally(() => (clock.now = real));
    };

    it('are cut when their pongs pile up', async () => {
      const connection = await open({ read: false });
      connection.send('40/inventory,');
      await withoutRates(() => untilCut(connection, () => connection.ping(500, 125)));
    });

    it('are cut when refusals of namespaces pile up', async () => {
      const connection = await open({ read: false });
      const name = 'x'.repeat(10_000);
      await withoutRates(() => untilCut(connection, () => connection.send(`40/${name},`)));
    });

    it('are cut when what HTTP polling would fetch piles up', async () => {
      const answer = await (await fetch(`${app.url}${POLLING}`)).text();
      const { sid } = JSON.parse(answer.slice(1)) as { sid: string };
      const body = Array.from({ length: 6 }, () => `40/${'x'.repeat(10_000)},`).join('\u001e');
      const post = async (): Promise<number> =>
        (await fetch(`${app.url}${POLLING}&sid=${sid}`, { method: 'POST', body })).status;
      for (let round = 0; (await post()) === 200; round += 1) expect(round).toBeLessThan(50);
      expect(count()).toBe(0);
    });

    it('are cut when probes of a WebSocket for a polling client pile up', async () => {
      const answer = await (await fetch(`${app.url}${POLLING}`)).text();
      const { sid } = JSON.parse(answer.slice(1)) as { sid: string };
      const connection = await open({ path: `/socket.io/?EIO=4&transport=websocket&sid=${sid}`, read: false });
      await withoutRates(() =>
        untilCut(connection, () => {
          for (let time = 0; time < 100; time += 1) connection.send('2probe');
          connection.ping(400, 125);
        }),
      );
    });
  });

  describe('without the namespace', () => {
    beforeAll(async () => {
      app = await startApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: '5' } });
    });
    afterEach(closeAll);
    afterAll(() => app.close());

    it('count, in the statistics and against the limit', async () => {
      for (let time = 0; time < 5; time += 1) await open();
      expect((await realtimeStats(app)).connections).toBe(5);
      expect((await app.request<string>('GET', '/metrics')).body).toMatch(/^realtime_connections 5$/m);
      await expect(app.connect()).rejects.toMatchObject({ data: { code: 'too_many_connections' } });
      // Those that are accepted to be told why count neither, and not for long.
      await waitFor(() => count() === 5, { what: 'the end of the refused' });
      const statuses = await Promise.all(Array.from({ length: 100 }, () => fetch(`${app.url}${POLLING}`)));
      expect(statuses.filter(({ status }) => status === 403).length).toBeGreaterThanOrEqual(60);
      expect((await realtimeStats(app)).connections).toBe(5);
      await waitFor(() => count() === 5, { what: 'the end of the refused' });
    });

    it('can’t join the root namespace, or any other', async () => {
      const connection = await open();
      connection.send('40');
      await waitFor(() => connection.received().includes('44{"message":"Invalid namespace"}'), { what: 'the refusal' });
      connection.send('40/other,');
      await waitFor(() => connection.received().includes('44/other,{"message":"Invalid namespace"}'), {
        what: 'the refusal',
      });
      connection.send('40/inventory,');
      await waitFor(() => connection.received().includes('40/inventory,{"sid"'), { what: 'the namespace' });
    });

    it.each([
      ['that never ask for one', []],
      ['that ask for the root', ['40']],
      ['that have left it', ['40/inventory,', '41/inventory,']],
    ])('end after ten seconds: %s', async (_which, messages) => {
      const connection = await open();
      for (const message of messages) connection.send(message);
      const neighbour = await listen(app, GENERAL);
      const clock = app.app.get(Clock);
      const real = clock.now.bind(clock);
      try {
        clock.now = () => real() + 8_000;
        await new Promise((resolve) => setTimeout(resolve, 0));
        expect(connection.socket.destroyed).toBe(false);
        clock.now = () => real() + 11_000;
        await connection.ended;
      } finally {
        clock.now = real;
      }
      expect(neighbour.socket.connected).toBe(true);
      neighbour.socket.disconnect();
    });
  });

  describe('that say too much', () => {
    beforeAll(async () => {
      app = await startApp();
    });
    afterEach(closeAll);
    afterAll(() => app.close());

    it('are refused unknown messages like requests', async () => {
      const { socket } = await listen(app);
      const exceptions: unknown[] = [];
      socket.on('exception', (exception) => exceptions.push(exception));
      for (let time = 0; time < 300; time += 1) socket.emit('unheard_of', time);
      const answer = (await socket.emitWithAck('subscribe_inventory', GENERAL)) as { code?: string };
      expect(answer.code).toBe('too_many_requests');
      expect(exceptions.length).toBeGreaterThan(50);
      socket.disconnect();
    });

    it.each([
      ['pongs', (connection: RawWebSocket) => connection.send('3')],
      ['pings', (connection: RawWebSocket) => connection.ping(1)],
      ['unknown messages', (connection: RawWebSocket) => connection.send('42/inventory,["x"]')],
    ])('and are closed after thousands of %s', async (_what, send) => {
      const connection = await open();
      connection.send('40/inventory,');
      await waitFor(() => connection.received().includes('40/inventory,{"sid"'), { what: 'the namespace' });
      for (let time = 0; time < 3_000; time += 1) send(connection);
      await connection.ended;
    });
  });

  describe('of web pages', () => {
    const SHOP = 'https://shop.example';
    const answerTo = async (...headers: string[]): Promise<string> =>
      (await open({ headers })).received().split('\r\n', 1)[0]!;
    const poll = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${app.url}${POLLING}`, { headers })).status;

    afterEach(async () => {
      for (const { socket } of opened.splice(0)) socket.destroy();
      await app.close();
    });

    it('are those of the server itself, unless CORS_ORIGINS names others', async () => {
      app = await startApp();
      const { host } = new URL(app.url);
      expect(await answerTo()).toMatch(/ 101 /);
      expect(await answerTo(`origin: http://${host}`)).toMatch(/ 101 /);
      expect(await answerTo(`origin: https://mandi.example`, 'host: mandi.example')).toMatch(/ 101 /);
      for (const origin of [SHOP, 'null', 'http://127.0.0.1:1', `http://${host}.evil.example`, 'x']) {
        expect(await answerTo(`origin: ${origin}`)).toMatch(/ 40\d /);
        expect(await poll({ origin })).toBe(403);
      }
      // Only a proxy that is trusted may say what the browser asked for.
      expect(await answerTo(`origin: ${SHOP}`, 'x-forwarded-host: shop.example')).toMatch(/ 40\d /);
      expect(await poll({ origin: `http://${host}` })).toBe(200);
    });

    it('are those of CORS_ORIGINS as well', async () => {
      app = await startApp({ env: { CORS_ORIGINS: SHOP, TRUST_PROXY: '127.0.0.1' } });
      expect(await answerTo(`origin: ${SHOP}`)).toMatch(/ 101 /);
      expect(await poll({ origin: SHOP })).toBe(200);
      expect(await answerTo('origin: https://other.example')).toMatch(/ 40\d /);
      expect(await answerTo('origin: https://other.example', 'x-forwarded-host: other.example')).toMatch(/ 101 /);
    });

    it('are all with *', async () => {
      app = await startApp({ env: { CORS_ORIGINS: '*' } });
      for (const origin of [SHOP, 'null']) expect(await answerTo(`origin: ${origin}`)).toMatch(/ 101 /);
    });
  });
});
