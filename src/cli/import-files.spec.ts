import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { filesOf } from './import-files.js';

describe('The files to import', () => {
  let folder: string;
  const files = ['10.csv', '9.csv', 'notes.md', '.hidden.csv', 'year/a[1].csv', 'year/month/B.JSON'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandi-files-'));
    await mkdir(join(folder, 'year/month'), { recursive: true });
    await mkdir(join(folder, 'empty'));
    await Promise.all(files.map((file) => writeFile(join(folder, file), '')));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const named = async (...args: string[]) => {
    const found = await filesOf(args.map((arg) => (arg === '-' ? arg : join(folder, arg))));
    return found.map((file) => (file === '-' ? file : relative(folder, file)));
  };

  it.each([
    [['9.csv', '10.csv', '-', '9.csv'], '9.csv 10.csv -'],
    [['.'], '9.csv 10.csv year/a[1].csv year/month/B.JSON'],
    [['year/month', 'year'], 'year/month/B.JSON year/a[1].csv'],
    [['*.csv'], '9.csv 10.csv'],
    [['{notes,9}.*', '**/*.JSON'], '9.csv notes.md year/month/B.JSON'],
    [['year/a[1].csv'], 'year/a[1].csv'],
    [['notes.md'], 'notes.md'],
  ])('that %j names are %s', async (args, expected) => {
    expect((await named(...args)).join(' ')).toBe(expected);
  });

  it.each([
    ['none.csv', 'Cannot read .*: file not found'],
    ['9.csv/none', 'Cannot read .*: file not found'],
    ['none/*.csv', 'No file matches'],
    ['empty', 'No price files'],
  ])('are named if they are not there: %s', async (arg, message) => {
    await expect(named('9.csv', arg)).rejects.toThrow(new RegExp(message));
  });
});
