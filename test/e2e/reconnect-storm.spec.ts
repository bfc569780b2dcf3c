import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startApp, type TestApp } from '../support/app.js';

const CONNECTIONS = 1_500;
/** Milliseconds. */
const BUSY = 3_000;

/** Connects at once as often as it is told, and says how many of them were there soon. */
const CLIENTS = `
  const { connect } = require('node:net');
  const [port, count, within] = process.argv.slice(1).map(Number);
  let connected = 0;
  for (let number = 0; number < count; number += 1) {
    connect(port, '127.0.0.1').on('connect', () => (connected += 1)).on('error', () => undefined);
  }
  setTimeout(() => { console.log(connected); process.exit(0); }, within);
`;

describe('a storm of clients that come back', () => {
  let app: TestApp;
  let clients: ChildProcess;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(async () => {
    clients.kill();
    await app.close();
  });

  it('finds a place while the server is busy', async () => {
    // Elsewhere than on Linux the system may allow no more than this.
    const allowed = process.platform === 'linux' ? Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')) : 128;
    const { port } = new URL(app.url);
    clients = spawn(process.execPath, ['-e', CLIENTS, port, String(CONNECTIONS), String(BUSY)]);
    let told = '';
    clients.stdout!.setEncoding('utf8').on('data', (part: string) => (told += part));
    const ended = once(clients, 'exit');
    // Nothing of this process runs meanwhile; the system keeps the connections that wait for it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY * 2);
    await ended;
    expect(Number(told)).toBeGreaterThanOrEqual(Math.min(CONNECTIONS, allowed));
  }, 30_000);
});
