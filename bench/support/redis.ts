import { Redis } from 'ioredis';

export async function withRedis<Result>(
  { host, port }: { host: string; port: number },
  work: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  const redis = new Redis({ host, port });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

export const redisVersion = (at: { host: string; port: number }): Promise<string> =>
  withRedis(at, async (redis) => /redis_version:(\S+)/.exec(await redis.info('server'))![1]!);
