import { Injectable } from '@nestjs/common';

/** Caches that can be emptied on request register themselves here. */
@Injectable()
export class CacheRegistry {
  private readonly clearers: (() => Promise<void>)[] = [];

  register(clear: () => Promise<void>): void {
    this.clearers.push(clear);
  }

  async clearAll(): Promise<void> {
    await Promise.all(this.clearers.map((clear) => clear()));
  }
}
