import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Child, startChild } from './processes.js';

const SETTINGS = [
  'build',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  '.swcrc',
];

/** Sources of a few lines in a directory of their own, built by what builds the product. */
export class SmallProject {
  private constructor(readonly directory: string) {}

  static async create(sources: Readonly<Record<string, string>>): Promise<SmallProject> {
    const project = new SmallProject(await mkdtemp(join(tmpdir(), 'mandi-build-')));
    for (const name of SETTINGS) await cp(name, project.path(name), { recursive: true });
    await symlink(join(process.cwd(), 'node_modules'), project.path('node_modules'));
    for (const [path, source] of Object.entries(sources)) await project.write(path, source);
    return project;
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  start(script: string, ...args: string[]): Promise<Child> {
    return startChild(process.execPath, [this.path(script), ...args]);
  }

  /** Builds, the bundle too. @returns the exit status and what was printed */
  async build(): Promise<{ code: number | NodeJS.Signals; output: string }> {
    const child = await this.start('build/ensure-built.js', '--bundle');
    const code = await child.exited;
    return { code, output: child.output() };
  }

  /** What the built program prints. */
  async run(script = 'dist/bundle/main.js'): Promise<string> {
    const child = await this.start(script);
    await child.exited;
    return child.output();
  }

  /** All that was built, with the time and the identity of each file: equal only if nothing was written. */
  async built(): Promise<Record<string, string>> {
    const entries = await readdir(this.path('dist'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const states = files.sort().map(async (file) => {
      const { ino, ctimeMs } = await stat(file);
      return [file.slice(this.directory.length + 1), `${ino} ${ctimeMs}`] as const;
    });
    return Object.fromEntries(await Promise.all(states));
  }

  dispose(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
