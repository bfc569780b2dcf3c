import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { changedVersions, installed, PINS } from './package-versions.js';

interface Manifest {
  dependencies: Record<string, string>;
  overrides: Record<string, string>;
}
const read = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as T;

/** Of these, members that aren't documented are used; README.md of the wing lists them. */
const PINNED = [...Object.values(PINS).flatMap(Object.keys), 'socket.io', '@nestjs/platform-fastify', 'pg', 'typeorm'];

describe('the versions of packages that are gone around', () => {
  const { dependencies, overrides } = read<Manifest>('package.json');

  it.each(PINNED)('%s is pinned exactly, and once in the tree', (name) => {
    const pin = dependencies[name] ?? overrides[name];
    expect(pin).toMatch(/^\d+\.\d+\.\d+$/);
    const { packages } = read<{ packages: Record<string, { version: string }> }>('package-lock.json');
    expect(packages[`node_modules/${name}`]?.version).toBe(pin);
    // Nest's adapter brings a Socket.IO of its own, of which only what is documented is used.
    if (name === 'socket.io') return;
    expect(Object.keys(packages).filter((path) => path.endsWith(`/node_modules/${name}`))).toEqual([]);
  });

  it('are those that the wing was written for', () => {
    for (const [name, version] of Object.values(PINS).flatMap((pins) => Object.entries(pins))) {
      expect({ [name]: dependencies[name] ?? overrides[name] }).toEqual({ [name]: version });
      expect(installed(name)).toBe(version);
    }
  });

  it('are named when they have changed; what is not there is as it was when it was bundled', () => {
    expect(changedVersions({ ws: '8.21.3', 'engine.io': '6.6.12' }, () => '9.0.0')).toEqual([
      'ws 9.0.0 instead of 8.21.3',
      'engine.io 9.0.0 instead of 6.6.12',
    ]);
    expect(changedVersions({ ws: '8.21.3' }, () => undefined)).toEqual([]);
    expect(changedVersions({ 'engine.io': '6.6.11' })).toEqual(['engine.io 6.6.12 instead of 6.6.11']);
  });
});
