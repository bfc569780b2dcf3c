import { describe, expect, it } from '@jest/globals';
import { serverSettings, sharedBuffers } from './settings.js';

const GIB = 1024 ** 3;

describe('settings of the embedded server', () => {
  it.each([
    ['a small container', 0.5, 128],
    ['a small machine', 2, 256],
    ['an ordinary one', 6, 768],
    ['a large one', 64, 1024],
  ])('give %s of %d GiB a cache of %d MiB', (_name, memory, buffers) => {
    expect(sharedBuffers(memory * GIB)).toBe(buffers);
  });

  it('know how much memory there is', () => {
    expect(serverSettings().shared_buffers).toMatch(/^\d{3,4}MB$/);
  });
});
