import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Principal } from '../../contracts/index.js';
import { ProblemFilter } from '../../http/index.js';
import { Metrics } from '../../infra/index.js';
import { AccessGuard } from './access.guard.js';
import { Access } from './access.js';

@Controller('api')
class Routes {
  @Get('public')
  @Access('public')
  open(): string {
    return 'public';
  }

  @Get('vendor')
  @Access('vendor')
  vendor(): string {
    return 'vendor';
  }

  @Get('unsaid')
  unsaid(): string {
    return 'unsaid';
  }
}

@Module({
  controllers: [Routes],
  providers: [Metrics, { provide: APP_GUARD, useClass: AccessGuard }, { provide: APP_FILTER, useClass: ProblemFilter }],
})
class Guarded {}

describe('AccessGuard', () => {
  const vendor: Principal = { role: 'vendor', vendorId: 'vnd_1', subject: 'vnd_1' };
  const admin: Principal = { role: 'admin', subject: 'admin' };
  let app: NestFastifyApplication;
  let url: string;
  let principal: Principal | null | undefined;

  // Without the product's hooks: the guard alone decides.
  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(Guarded, new FastifyAdapter(), {
      logger: false,
      abortOnError: false,
    });
    const server = app.getHttpAdapter().getInstance();
    server.addHook('preHandler', (request, _reply, done) => {
      if (principal !== undefined) request.principal = principal;
      done();
    });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  const ask = async (route: string, by: Principal | null | undefined): Promise<[number, string | null]> => {
    principal = by;
    const { status, headers } = await fetch(`${url}/api/${route}`);
    return [status, headers.get('www-authenticate')];
  };

  it('refuses anybody on routes for vendors or admins, whether or not a hook has identified the request', async () => {
    for (const by of [null, undefined]) {
      expect(await ask('public', by)).toEqual([200, null]);
      expect(await ask('vendor', by)).toEqual([401, 'Bearer']);
      expect(await ask('unsaid', by)).toEqual([401, 'Bearer']);
    }
  });

  it('takes a route that does not say whom it is for to be for admins', async () => {
    expect(await ask('vendor', vendor)).toEqual([200, null]);
    expect(await ask('unsaid', vendor)).toEqual([403, null]);
    expect(await ask('unsaid', admin)).toEqual([200, null]);
  });
});
