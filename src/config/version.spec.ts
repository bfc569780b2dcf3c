import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { VERSION } from './index.js';

it.each(['package.json', 'package-lock.json'])('the version is that of %s', (file) => {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});
