import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { dotEnv } from './environment.js';
import { Variables } from './variables.js';

describe('Variables', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('come from .env of the working directory where the environment has none', async () => {
    expect(dotEnv(folder)).toEqual({});
    await writeFile(join(folder, '.env'), '# ours\nREGION=pune\nLOG_LEVEL="warn"\nHOST=0.0.0.0\n');
    const variables = new Variables({ HOST: '127.0.0.2', LOG_LEVEL: undefined }, dotEnv(folder));
    expect(['HOST', 'REGION', 'LOG_LEVEL', 'DATA_DIR'].map((name) => variables.text(name))).toEqual([
      '127.0.0.2',
      'pune',
      'warn',
      undefined,
    ]);
    expect([...variables.settings.values()].map(({ from }) => from)).toEqual([
      'environment',
      '.env',
      '.env',
      'default',
    ]);
  });

  it.each([
    ['HOST=a\nPORT 8080\n', 2],
    ['=nothing', 1],
    ['A="one\ntwo\n# three"\nB\n', 4],
    ['\u0000P\u0000=', 1],
  ])('come from lines that can be read only: %j', async (text, line) => {
    await writeFile(join(folder, '.env'), text);
    const message = `Line ${line} of ${join(folder, '.env')} is neither NAME=value nor a comment`;
    expect(() => dotEnv(folder)).toThrow(new ConfigError(message));
  });

  it('may have quotes, comments, blanks and lines of their own', async () => {
    const text = `\r\n# it's ours\nexport HOST = a\r\n  REGION='x y' # "there"\nKEY="-----BEGIN\nMII x\n-----"\nNAME=it's\nEMPTY=\n`;
    await writeFile(join(folder, '.env'), text);
    const read = { HOST: 'a', REGION: 'x y', KEY: '-----BEGIN\nMII x\n-----', NAME: "it's", EMPTY: '' };
    expect(dotEnv(folder)).toEqual(read);
  });

  it('may come behind a byte order mark', async () => {
    await writeFile(join(folder, '.env'), '\uFEFFHOST=a\nREGION=b\n');
    expect(dotEnv(folder)).toEqual({ HOST: 'a', REGION: 'b' });
  });

  it('may stand in a file of their own', async () => {
    const path = join(folder, 'password');
    await writeFile(path, 's3cret\n');
    const ofFile = new Variables({ REDIS_PASSWORD_FILE: path });
    expect(ofFile.text('REDIS_PASSWORD')).toBe('s3cret');
    expect([...ofFile.settings.values()]).toMatchObject([{ from: 'environment', variable: 'REDIS_PASSWORD_FILE' }]);
    expect(new Variables({ PORT_FILE: '' }).integer('PORT', 3000, 0, 65_535)).toBe(3000);
    const env = { REDIS_PASSWORD: 'x' };
    // What is nearer counts: the file is another source's.
    expect(new Variables(env, { REDIS_PASSWORD_FILE: path }).text('REDIS_PASSWORD')).toBe('x');
    const both = new Variables({ ...env, REDIS_PASSWORD_FILE: path });
    expect(() => both.text('REDIS_PASSWORD')).toThrow(
      new ConfigError('REDIS_PASSWORD and REDIS_PASSWORD_FILE exclude each other'),
    );
  });
});
