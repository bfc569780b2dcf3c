import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { cp, readFile, rm } from 'node:fs/promises';
import { waitFor } from '../support/processes.js';
import { SmallProject } from '../support/small-project.js';

const COMPILES = 'Compiling what has changed since the last build (some 10 s)…\n';
const GREETING = "import { greeting } from './greeting.js';\nprocess.stdout.write(greeting);\n";
const greeting = (text: string) => `export const greeting: string = '${text}';\n`;

/** The build that goes before `npm start` and the commands, on a project of a few lines. */
describe('the build', () => {
  let project: SmallProject;

  beforeAll(async () => {
    project = await SmallProject.create({
      'src/main.ts': GREETING,
      'src/greeting.ts': greeting('first'),
      'src/greeting.spec.ts': 'a test is not compiled',
      'src/scripts/script.lua': 'return 1',
      'src/scripts/unused.ts': 'export const unused = 1;\n',
    });
  });
  afterAll(() => project.dispose());

  const compiles = async () => expect(await project.build()).toEqual({ code: 0, output: COMPILES });
  const compilesNothing = async () => {
    const before = await project.built();
    expect(await project.build()).toEqual({ code: 0, output: '' });
    expect(await project.built()).toEqual(before);
  };

  it('compiles a fresh clone in one line, and nothing the second time', async () => {
    await compiles();
    expect(await project.run()).toBe('first');
    expect(await project.run('dist/main.js')).toBe('first');
    expect(Object.keys(await project.built())).toContain('dist/scripts/script.lua');
    await compilesNothing();
  });

  it('compiles nothing when a test changes, or only the time of a source', async () => {
    await project.write('src/greeting.spec.ts', 'another test');
    await project.write('src/greeting.ts', greeting('first'));
    await compilesNothing();
  });

  it('compiles a change, also one of the same length', async () => {
    await project.write('src/greeting.ts', greeting('other'));
    await compiles();
    expect(await project.run()).toBe('other');
    await compilesNothing();
  });

  it('removes what was made of sources that are gone', async () => {
    await rm(project.path('src/scripts'), { recursive: true });
    await compiles();
    expect(Object.keys(await project.built()).filter((path) => path.includes('scripts'))).toEqual([]);
    await compilesNothing();
  });

  it.each(['tsconfig.json', 'nest-cli.json', 'package-lock.json', 'build/bundle.js'])(
    'compiles again when %s changes',
    async (path) => {
      await project.write(path, `${await readFile(path, 'utf8')}\n`);
      await compiles();
    },
  );

  it('makes again what is missing from its outputs, or was written by another program', async () => {
    await rm(project.path('dist/greeting.js'));
    await compiles();
    expect(await project.run('dist/main.js')).toBe('other');
    await project.write('dist/bundle/main.js', '');
    await compiles();
    expect(await project.run()).toBe('other');
  });

  it('does not take for current what an interrupted build leaves, even when the change is taken back', async () => {
    await project.write('src/greeting.ts', greeting('third'));
    const child = await project.start('build/ensure-built.js', '--bundle');
    const stamp = project.path('dist/.compiled.json');
    await waitFor(() => !existsSync(stamp), { everyMs: 1, timeoutMs: 60_000, what: 'the build to begin' });
    child.signal('SIGKILL');
    await child.exited;
    await project.write('src/greeting.ts', greeting('other'));
    await compiles();
    expect(await project.run()).toBe('other');
  });

  it('fails on sources with errors, and again until they have none', async () => {
    await project.write('src/greeting.ts', 'export const greeting: string = 1;\n');
    for (let time = 1; time <= 2; time++) {
      const { code, output } = await project.build();
      expect([code, output]).toEqual([1, expect.stringContaining("'number' is not assignable to type 'string'")]);
    }
    await project.write('src/greeting.ts', greeting('other'));
    await compiles();
    await compilesNothing();
  });

  it('is done once when two commands need it at the same time', async () => {
    await project.write('src/greeting.ts', greeting('fourth'));
    const both = await Promise.all([project.build(), project.build()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ output }) => output === COMPILES)).toHaveLength(1);
    expect(both.filter(({ output }) => output.includes('is compiling already: waiting for it'))).toHaveLength(1);
    expect(await project.run()).toBe('fourth');
  });

  it('is made anew where the checkout was copied with its build', async () => {
    const copy = await SmallProject.create({ 'src/main.ts': GREETING, 'src/greeting.ts': greeting('of the copy') });
    try {
      await cp(project.path('dist'), copy.path('dist'), { recursive: true, preserveTimestamps: true });
      expect(await copy.build()).toEqual({ code: 0, output: COMPILES });
      expect(await copy.run()).toBe('of the copy');
    } finally {
      await copy.dispose();
    }
  });
});

describe('the build of the console', () => {
  const WEB = 'src/console/web';
  let project: SmallProject;

  beforeAll(async () => {
    project = await SmallProject.create({
      'src/main.ts': GREETING,
      'src/greeting.ts': greeting('server'),
      'src/client/index.ts': "export const client = 'client';\n",
      'src/contracts/index.ts': 'export {};\n',
      [`${WEB}/main.tsx`]:
        "import { client } from '../../client/index.js';\nimport './main.css';\nconsole.log(client);\n",
      [`${WEB}/main.css`]: 'body { margin: 0; }\n',
      [`${WEB}/icon.svg`]: '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
      [`${WEB}/index.html`]: '<link href="%STYLES%">%PRELOADS%<script src="%SCRIPT%"></script>\n',
      [`${WEB}/tsconfig.json`]: '{}\n',
    });
  });
  afterAll(() => project.dispose());

  const page = () => readFile(project.path('dist/web/index.html'), 'utf8');
  const builds = async () => expect(await project.build()).toEqual({ code: 0, output: COMPILES });

  it('makes files with names by content, compressed beforehand, and none of them a module of the server', async () => {
    await builds();
    const [, script] = /src="console\/(assets\/main-\w+\.js)"/.exec(await page())!;
    const files = Object.keys(await project.built()).filter((path) => path.startsWith('dist/web/'));
    expect(files).toEqual(expect.arrayContaining(['', '.br', '.gz'].map((ending) => `dist/web/${script}${ending}`)));
    expect(existsSync(project.path('dist/console/web'))).toBe(false);
    expect(await project.build()).toEqual({ code: 0, output: '' });
  });

  it('makes it again when it has changed or the client library has, and leaves the server as it is', async () => {
    const [before, server] = [await page(), (await project.built())['dist/main.js']];
    await project.write(`${WEB}/main.css`, 'body { margin: 1px; }\n');
    await builds();
    const restyled = await page();
    expect(restyled).not.toBe(before);
    expect((await project.built())['dist/main.js']).toBe(server);
    await project.write('src/client/index.ts', "export const client = 'another';\n");
    await builds();
    expect(await page()).not.toBe(restyled);
  });
});

describe('npm run dev', () => {
  it('starts the program again after a change, also after one that does not compile', async () => {
    const stays = `${GREETING}setInterval(() => undefined, 1_000);\n`;
    const project = await SmallProject.create({ 'src/main.ts': stays, 'src/greeting.ts': greeting('<one>') });
    const dev = await project.start('build/dev.js');
    const prints = (text: string) => dev.waitForLine(new RegExp(text), 30_000);

    try {
      await prints('<one>');
      await project.write('src/greeting.ts', greeting('<two>'));
      await prints('<two>');
      await project.write('src/greeting.ts', 'export const');
      await prints('ERROR');
      await project.write('src/greeting.ts', greeting('<three>'));
      await prints('<three>');
      dev.signal('SIGTERM');
      expect(await dev.exited).not.toBeNull();
    } finally {
      await dev.stop();
      await project.dispose();
    }
  });
});
