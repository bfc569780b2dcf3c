import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { compressAnswers } from '../http/index.js';
import { OpenApiRoutes } from './index.js';

describe('the OpenAPI document', () => {
  it('is compressed once in each encoding, though it counts for no rate limit', async () => {
    const server = fastify();
    const sent: unknown[] = [];
    server.addHook('onSend', compressAnswers);
    server.addHook('onSend', (_request, _reply, payload, done) => {
      sent.push(payload);
      done(null, payload);
    });
    new OpenApiRoutes({ catch: () => undefined }, () => Promise.resolve([])).addTo(server);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    for (const encoding of ['br', 'gzip', 'br', 'gzip']) {
      const answer = await fetch(`${url}/docs/openapi.json`, { headers: { 'accept-encoding': encoding } });
      expect(await answer.json()).toHaveProperty('openapi');
      expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, encoding]);
      expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    }
    expect(sent[2]).toBe(sent[0]);
    expect(sent[3]).toBe(sent[1]);
    expect(sent[1]).not.toEqual(sent[0]);
    await server.close();
  });
});
