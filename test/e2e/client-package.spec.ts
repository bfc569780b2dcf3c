import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { startApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createProduct, createVendor } from '../support/builders.js';
import { type Child, startChild, waitFor } from '../support/processes.js';
import { bearer } from '../support/tokens.js';

const ENTRY = 'src/client/index.ts';
/** Bytes, minified and compressed: the library and Socket.IO, and what a page may pay for the library alone. */
const ALL = 24_000;
const OWN = 11_000;

describe('the package of the client library', () => {
  it('is small and runs in a browser', async () => {
    // Anything of Node.js would not resolve.
    const bundle = async (external: string[]): Promise<number> => {
      const { outputFiles } = await build({
        entryPoints: [ENTRY],
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'browser',
        target: 'es2023',
        external,
        write: false,
      });
      return gzipSync(outputFiles[0]!.contents).length;
    };
    const sizes = [await bundle([]), await bundle(['socket.io-client'])];
    expect(sizes[0]).toBeLessThan(ALL);
    expect(sizes[1]).toBeLessThan(OWN);
  });

  it('exports every type that its own types mention', () => {
    const program = ts.createProgram([ENTRY], {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      skipLibCheck: true,
    });
    const checker = program.getTypeChecker();
    const index = checker.getSymbolAtLocation(program.getSourceFile(ENTRY)!)!;
    const exported = checker.getExportsOfModule(index).map((symbol) => {
      return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    });
    const missing = new Set<string>();
    const look = (node: ts.Node): void => {
      const isHidden =
        ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
      // Bodies are no part of a type, and what an interface extends has become its own.
      if (isHidden || ts.isBlock(node) || ts.isHeritageClause(node)) return;
      if (ts.isTypeReferenceNode(node)) {
        const symbol = checker.getSymbolAtLocation(node.typeName)!;
        const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const at = meant.declarations?.[0];
        const ours =
          at && /\/src\/(client|contracts)\//.test(at.getSourceFile().fileName) && !ts.isTypeParameterDeclaration(at);
        if (ours && !exported.includes(meant)) missing.add(meant.name);
      }
      ts.forEachChild(node, look);
    };
    for (const { declarations = [] } of exported) declarations.forEach(look);
    expect([...missing]).toEqual([]);
  });
});

/** What `npm run pack:client` makes, installed in an empty folder. */
describe('the packed client library', () => {
  let app: TestApp;
  let folder: string;
  let installed: string;

  beforeAll(async () => {
    app = await startApp({ env: { CORS_ORIGINS: '*' } });
    folder = await mkdtemp(join(tmpdir(), 'mandi-packed-'));
    const run = promisify(execFile);
    await run('npm', ['run', '-s', 'pack:client', '--', folder]);
    const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!;
    installed = join(folder, 'node_modules/mandi-inventory-client');
    await mkdir(installed, { recursive: true });
    await run('tar', ['xzf', join(folder, packed), '--strip-components=1', '-C', installed]);
    // As npm would have done, from the network.
    await symlink(resolve('node_modules/socket.io-client'), join(folder, 'node_modules/socket.io-client'));
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  const programOf = (from: string): string => `
    import { createInventoryClient } from '${from}';
    const client = createInventoryClient({ url: '${app.url}' });
    client.subscribe({ type: 'general' }, (event) => { console.log(event.eventType); client.close(); });
    console.log((await client.products.search({ limit: 1 })).items.length, 'found');`;

  it('runs in Node.js', async () => {
    const program = join(folder, 'program.mjs');
    await writeFile(program, programOf('mandi-inventory-client'));
    const child = await startChild(process.execPath, [program]);
    await child.waitForLine(/^\d found$/);
    await waitFor(
      async () => {
        if (!child.hasExited()) await createProduct(app);
        return child.hasExited();
      },
      { everyMs: 200, what: 'an event' },
    );
    expect(child.output()).toMatch(/^product_created$/m);
  });

  it('runs in a page without a bundler', async () => {
    const browser = await launchBrowser();
    const pages = createServer();
    try {
      const page = await browser.newPage();
      const lines: string[] = [];
      page.on('console', (message) => lines.push(message.text()));
      page.on('pageerror', (error) => lines.push(error.message));
      const files: Record<string, string> = {
        '/': `<!doctype html><script type="module">${programOf('./client.js')}</script>`,
        '/client.js': await readFile(join(installed, 'mandi-inventory-client.min.js'), 'utf8'),
      };
      pages.on('request', ({ url = '/' }, answer) => {
        answer.setHeader('content-type', url === '/' ? 'text/html' : 'text/javascript').end(files[url]);
      });
      pages.listen(0, '127.0.0.1');
      await once(pages, 'listening');
      await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
      await waitFor(
        async () => {
          await createProduct(app);
          return lines.includes('product_created');
        },
        { everyMs: 200, what: 'an event' },
      );
      expect(lines).toEqual([expect.stringMatching(/^\d found$/), 'product_created']);
    } finally {
      await browser.close();
      pages.close();
    }
  });

  it.each([
    ['Node.js', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
    ['bundlers', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
  ])('has types as %s look for them', async (_who, module, moduleResolution) => {
    const program = join(folder, 'program.mts');
    const code = `
      import { createInventoryClient, type InventoryEvent } from 'mandi-inventory-client';
      const client = createInventoryClient({ url: 'http://localhost' });
      export const seen: InventoryEvent[] = [];
      client.subscribe({ type: 'vendor', vendorId: 'vnd_1' }, (event) => void seen.push(event));
      export const price: Promise<number> = client.products.get('prd_1').then(({ basePrice }) => basePrice);
      // @ts-expect-error -- there is no such room
      client.subscribe({ type: 'market' }, () => undefined);`;
    await writeFile(program, code);
    const options = { module, moduleResolution, strict: true, noEmit: true, target: ts.ScriptTarget.ES2023 };
    const { types, lib } = { types: [], lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'] };
    const diagnostics = ts.getPreEmitDiagnostics(
      ts.createProgram([program], { ...options, types, lib, skipLibCheck: false }),
    );
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it('is of the version of the server, under its licence, and as small as it says', async () => {
    const read = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const [own, { version, license }] = [await read(join(installed, 'package.json')), await read('package.json')];
    expect(own).toMatchObject({ version, license, dependencies: { 'socket.io-client': expect.any(String) } });
    const alone = await readFile(join(installed, 'mandi-inventory-client.min.js'));
    expect(gzipSync(alone).length).toBeLessThan(ALL);
    expect(await readFile(join(installed, 'README.md'), 'utf8')).toContain("from 'mandi-inventory-client'");
  });
});

/** As a reader of the README would run them, against a server of these tests. */
describe('the examples of the README', () => {
  let app: TestApp;
  let folder: string;
  let examples: string[];
  const children: Child[] = [];

  beforeAll(async () => {
    app = await startApp();
    folder = await mkdtemp(join(tmpdir(), 'mandi-examples-'));
    const readme = await readFile('README.md', 'utf8');
    examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code!);
    expect(examples).toHaveLength(3);
  });
  afterAll(async () => {
    for (const child of children) await child.stop();
    await app.close();
    await rm(folder, { recursive: true });
  });

  async function run(name: string, code: string): Promise<Child> {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      stdin: { contents: code.replaceAll('http://127.0.0.1:3000', app.url), resolveDir: '.' },
      alias: { 'mandi-inventory-sync/client': `./${ENTRY}` },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      // Socket.IO for Node.js is CommonJS.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const child = await startChild(process.execPath, [outfile]);
    children.push(child);
    return child;
  }

  it('follow a room and a search', async () => {
    const vendor = await createVendor(app);
    const product = await createProduct(app, {
      vendorId: vendor.id,
      name: 'Potato',
      names: { hi: 'आलू' },
      basePrice: 90,
    });
    const child = await run('live', examples[0]!);
    await child.waitForLine(/^loaded/);
    await waitFor(
      async () => {
        await app.request('PATCH', `/api/products/${product.id}`, { basePrice: Math.round(Math.random() * 100) });
        return /^price_changed Potato \d/m.test(child.output()) && /^patched \[ 'आलू \d/m.test(child.output());
      },
      { everyMs: 100, what: 'both to tell of a change' },
    );
  });

  it('consume', async () => {
    const product = await createProduct(app, { basePrice: 90 });
    const filter = { vendorIds: [product.vendorId], eventTypes: ['price_changed'] };
    await app.request('POST', '/api/consumers', { name: 'price-board', filter });
    const token = (await bearer({ role: 'service' })).replace('Bearer ', '');
    const before = [
      "import { createInventoryClient } from 'mandi-inventory-sync/client';",
      `const [url, token] = ['${app.url}', '${token}'];`,
    ];
    const child = await run('consume', [...before, examples[2]!].join('\n'));
    for (const basePrice of [91, 92]) await app.request('PATCH', `/api/products/${product.id}`, { basePrice });
    await child.waitForLine(/^price_changed [0-9a-f-]{36} 92$/);
    child.signal('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(child.output().match(/^price_changed/gm)).toHaveLength(2);
    const { body } = await app.request('GET', '/api/consumers/price-board');
    expect(body).toMatchObject({ lag: 0, failing: 0, owner: null });
  });

  it('read and write', async () => {
    const { id } = await createVendor(app);
    const token = (await bearer()).replace('Bearer ', '');
    const before = [
      "import { createInventoryClient } from 'mandi-inventory-sync/client';",
      `const [url, vendorId] = ['${app.url}', '${id}'];`,
    ];
    const code = examples[1]!.replace("async () => (await fetch('/session/token')).text()", `async () => '${token}'`);
    const child = await run('write', [...before, code, 'client.close();'].join('\n'));
    expect([await child.exited, child.output()]).toEqual([0, expect.any(String)]);
    const { body } = await app.request<{ items: object[] }>('GET', `/api/products/search?vendorId=${id}`);
    expect(body.items).toMatchObject([{ name: 'Potato', basePrice: 1750, availability: 'limited', version: 3 }]);
  });
});
