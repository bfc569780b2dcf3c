import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { createHmac, createPublicKey } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { Clock } from '../../src/infra/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { type JwksServer, type SigningKey, signingKey, signWith, startJwksServer } from '../support/jwks-server.js';
import { expectProblem } from '../support/problems.js';
import type { TestDatabase } from '../support/test-database.js';
import { JWT_SECRET } from '../support/tokens.js';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);

/** A token put together by hand, so that any part of it can be wrong. */
function token(payload: unknown, options: { header?: object; secret?: string | Buffer } = {}): string {
  const { header = { alg: 'HS256', typ: 'JWT' }, secret = JWT_SECRET } = options;
  const content = `${encoded(header)}.${encoded(payload)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

describe('tokens', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(() => database.drop());

  const start = async (env: Record<string, string> = {}): Promise<TestApp> => {
    const app = await startApp({ database, env });
    apps.push(app);
    return app;
  };
  const ask = (app: TestApp, bearer: string) =>
    app.request('GET', '/api/events/stats', undefined, { authorization: `Bearer ${bearer}` });

  it.each<[string, () => string]>([
    ['nonsense', () => 'nonsense'],
    ['an empty signature', () => token({ role: 'admin' }).replace(/[^.]*$/, '')],
    ['no signature', () => `${encoded({ alg: 'none' })}.${encoded({ role: 'admin' })}.`],
    ['the algorithm none, signed', () => token({ role: 'admin' }, { header: { alg: 'none' } })],
    ['the algorithm None', () => token({ role: 'admin' }, { header: { alg: 'None' } })],
    ['another HMAC than the pinned one', () => token({ role: 'admin' }, { header: { alg: 'HS512' } })],
    ['an asymmetric algorithm in its header', () => token({ role: 'admin' }, { header: { alg: 'RS256' } })],
    ['another secret', () => token({ role: 'admin' }, { secret: 'another secret that has 32 bytes too' })],
    ['an empty secret', () => token({ role: 'admin' }, { secret: '' })],
    [
      'a payload that was changed',
      () => {
        const [header, , signature] = token({ role: 'vendor', vendorId: 'vnd_1' }).split('.');
        return `${header}.${encoded({ role: 'admin' })}.${signature}`;
      },
    ],
    [
      'a key of its own in its header',
      () => token({ role: 'admin' }, { header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AA' } }, secret: '\0' }),
    ],
    [
      'a critical extension nobody knows',
      () => token({ role: 'admin' }, { header: { alg: 'HS256', crit: ['x'], x: 1 } }),
    ],
    ['an end that has passed', () => token({ role: 'admin', exp: now() - 60 })],
    ['a beginning that is to come', () => token({ role: 'admin', nbf: now() + 60 })],
    ['an end that is no number', () => token({ role: 'admin', exp: 'never' })],
    ['no role', () => token({})],
    ['an unknown role', () => token({ role: 'root' })],
    ['a list of roles', () => token({ role: ['admin'] })],
    ['a vendor without a vendorId', () => token({ role: 'vendor' })],
    ['a vendorId that is no id', () => token({ role: 'vendor', vendorId: 'vnd 1' })],
    ['a vendorId that is a list', () => token({ role: 'vendor', vendorId: ['vnd_1'] })],
    ['a payload that is a list', () => token([])],
    ['a huge token', () => token({ role: 'admin', filler: 'x'.repeat(5_000) })],
  ])('refuses %s', async (_what, make) => {
    const app = apps[0] ?? (await start());
    const answer = await ask(app, make());
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    // On a public route too, and again, in case it was remembered.
    const open = await app.request('GET', '/api/products/search', undefined, { authorization: `Bearer ${make()}` });
    expectProblem(open, 401, 'unauthorized');
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer  ', 'bearer a b', 'Token x'])(
    'refuses the header %j',
    async (authorization) => {
      const app = apps[0] ?? (await start());
      expectProblem(await app.request('GET', '/api/events', undefined, { authorization }), 401, 'unauthorized');
    },
  );

  it('takes a token without an end, and one for a while', async () => {
    const app = await start();
    for (const claims of [{ role: 'admin' }, { role: 'admin', exp: now() + 60, nbf: now() - 60 }]) {
      expect((await ask(app, token(claims))).status).toBe(200);
    }
  });

  it('forgets what it has seen when the token ends', async () => {
    const app = await start();
    const clock = app.app.get(Clock);
    const short = token({ role: 'admin', exp: now() + 30 });
    expect((await ask(app, short)).status).toBe(200);
    const real = clock.now.bind(clock);
    clock.now = () => real() + 60_000;
    expectProblem(await ask(app, short), 401, 'unauthorized');
  });

  it('checks audience and issuer where they are configured', async () => {
    const app = await start({ JWT_AUDIENCE: 'mandi', JWT_ISSUER: 'https://id.example' });
    const right = { role: 'admin', aud: ['other', 'mandi'], iss: 'https://id.example' };
    expect((await ask(app, token(right))).status).toBe(200);
    for (const wrong of [
      { aud: 'other' },
      { iss: 'https://id.example.evil' },
      { aud: undefined },
      { iss: undefined },
    ]) {
      expectProblem(await ask(app, token({ ...right, ...wrong })), 401, 'unauthorized');
    }
  });

  it('takes none without a key, whatever it is signed with', async () => {
    const app = await start({ JWT_SECRET: '' });
    for (const secret of ['', 'undefined', 'null', JWT_SECRET]) {
      expectProblem(await ask(app, token({ role: 'admin' }, { secret })), 401, 'unauthorized');
    }
    expect((await app.request('GET', '/api/products/search', undefined, { authorization: '' })).status).toBe(200);
  });

  describe('of a key set', () => {
    let jwks: JwksServer;
    let key: SigningKey;

    beforeAll(async () => {
      key = await signingKey('one');
      jwks = await startJwksServer([key]);
    });
    afterAll(() => jwks.close());

    const startWithKeySet = () => start({ JWT_SECRET: '', JWKS_URL: jwks.url });
    const admin: JWTPayload = { role: 'admin' };

    it('takes what one of its keys has signed, by any asymmetric algorithm', async () => {
      const elliptic = await signingKey('two', 'ES256');
      jwks.keys = [key, elliptic];
      const app = await startWithKeySet();
      expect((await ask(app, await signWith(key, admin))).status).toBe(200);
      expect((await ask(app, await signWith(elliptic, admin))).status).toBe(200);
    });

    it('tries each key that fits a token which does not say by which it was signed', async () => {
      const keys = [key, await signingKey('second'), await signingKey('two', 'ES256'), await signingKey('third')];
      jwks.keys = keys;
      const app = await startWithKeySet();
      for (const signer of keys) {
        expect((await ask(app, await signWith(signer, admin, { named: false }))).status).toBe(200);
        const past = await signWith(signer, { ...admin, exp: now() - 60 }, { named: false });
        const expired = expectProblem(await ask(app, past), 401, 'unauthorized');
        expect(expired.detail).toMatch(/exp/);
      }
      for (const stranger of [await signingKey('one'), await signingKey('two', 'ES384')]) {
        expectProblem(await ask(app, await signWith(stranger, admin, { named: false })), 401, 'unauthorized');
      }
      const garbled = (await signWith(keys[1]!, admin, { named: false })).replace(
        /\.[^.]*\./,
        `.${encoded({ role: 'admin', x: 1 })}.`,
      );
      expectProblem(await ask(app, garbled), 401, 'unauthorized');
    });

    it('refuses a public key passed off as a secret', async () => {
      jwks.keys = [key];
      const app = await startWithKeySet();
      expect((await ask(app, await signWith(key, admin))).status).toBe(200);
      const pem = createPublicKey({ key: key.publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      const confused = token(admin, { header: { alg: 'HS256', kid: 'one' }, secret: pem });
      expectProblem(await ask(app, confused), 401, 'unauthorized');
    });

    it("refuses a stranger's key under a known name", async () => {
      jwks.keys = [key];
      const app = await startWithKeySet();
      expectProblem(await ask(app, await signWith(await signingKey('one'), admin)), 401, 'unauthorized');
    });

    it('follows a rotation, and forgets the key that was withdrawn', async () => {
      jwks.keys = [key];
      const app = await startWithKeySet();
      const clock = app.app.get(Clock);
      const old = await signWith(key, admin);
      expect((await ask(app, old)).status).toBe(200);

      const next = await signingKey('next');
      jwks.keys = [next];
      // jose looks again at its own pace, which is the system's clock.
      const realNow = Date.now;
      const shift = 6 * 60_000;
      Date.now = () => realNow() + shift;
      const clockNow = clock.now.bind(clock);
      clock.now = () => clockNow() + (clockNow() - realNow() > shift / 2 ? 0 : shift);
      try {
        expect((await ask(app, await signWith(next, admin))).status).toBe(200);
        expectProblem(await ask(app, old), 401, 'unauthorized');
      } finally {
        Date.now = realNow;
      }
    });

    it('asks the provider seldom, however many unknown keys are presented', async () => {
      jwks.keys = [key];
      const app = await startWithKeySet();
      const before = jwks.asked;
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const stranger = token(admin, { header: { alg: 'RS256', kid: `unknown-${attempt}` } });
        expectProblem(await ask(app, stranger), 401, 'unauthorized');
      }
      expect(jwks.asked - before).toBeLessThanOrEqual(2);
    });

    it('says 503 while the provider is out of reach: nobody knows yet whether the token is good', async () => {
      const gone = await startJwksServer([key]);
      await gone.close();
      const app = await start({ JWT_SECRET: '', JWKS_URL: gone.url });
      expectProblem(await ask(app, await signWith(key, admin)), 503, 'unavailable');
    });
  });

  describe('at the handshake', () => {
    const sockets: Socket[] = [];
    afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

    const connect = (app: TestApp, options: object): Promise<Socket> => {
      const socket = io(`${app.url}/inventory`, { forceNew: true, reconnection: false, ...options });
      sockets.push(socket);
      return new Promise((resolve, reject) => {
        socket.once('connect', () => resolve(socket));
        socket.once('connect_error', reject);
      });
    };

    it.each(['websocket', 'polling'])('anybody may join over %s, with a good token or none', async (transport) => {
      const app = await start();
      const transports = [transport];
      const good = token({ role: 'vendor', vendorId: 'vnd_1' });
      for (const options of [
        { transports },
        { transports, auth: { token: good } },
        { transports, extraHeaders: { authorization: `Bearer ${good}` } },
      ]) {
        const socket = await connect(app, options);
        const confirmed: unknown = await socket.emitWithAck('subscribe_inventory', { type: 'general' });
        expect(confirmed).toMatchObject({ room: 'inventory:general' });
      }
    });

    it('a bad token is refused, and told why', async () => {
      const app = await start();
      const expired = token({ role: 'admin', exp: now() - 60 });
      const refused = {
        data: { status: 'error', code: 'unauthorized', message: expect.stringMatching(/^The token is not valid/) },
      };
      for (const auth of [{ token: 'nonsense' }, { token: expired }, { token: 7 }, { token: { role: 'admin' } }]) {
        await expect(connect(app, { transports: ['websocket'], auth })).rejects.toMatchObject(refused);
      }
      const extraHeaders = { authorization: `Bearer ${expired}` };
      await expect(connect(app, { transports: ['websocket'], extraHeaders })).rejects.toMatchObject(refused);
    });
  });
});
