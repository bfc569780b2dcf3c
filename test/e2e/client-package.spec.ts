import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { packedClient, type PackedClient } from '../support/packed-client.js';
import { type Child, startChild, waitFor } from '../support/processes.js';
import { bearer } from '../support/tokens.js';

const ENTRY = 'src/client/index.ts';
/** Bytes, minified and compressed: the packed file with Socket.IO in it, and the library alone. */
const ALL = 20_000;
const OWN = 11_000;
/** What is in the packed file beside the library. */
const PACKAGES = [
  '@socket.io/component-emitter',
  'engine.io-client',
  'engine.io-parser',
  'socket.io-client',
  'socket.io-parser',
];

describe('the package of the client library', () => {
  it('is small and needs nothing of Node.js', async () => {
    // Anything of it would not resolve.
    const { outputFiles } = await build({
      entryPoints: [ENTRY],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2023',
      external: ['socket.io-client'],
      write: false,
    });
    expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThanOrEqual(OWN);
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

describe('the packed client library', () => {
  let app: TestApp;
  let packed: PackedClient;
  let other: PackedClient;
  let folder: string;
  let installed: string;

  beforeAll(async () => {
    app = await startApp({ env: { CORS_ORIGINS: '*' } });
    // As another test file, or another terminal, may do at the same time.
    [packed, other] = await Promise.all([packedClient(), packedClient()]);
    ({ folder, installed } = packed);
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([packed.dispose(), other.dispose()]);
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
    expect(gzipSync(alone).length).toBeLessThanOrEqual(ALL);
    // What bundlers for browsers make of it, which look for that condition.
    const resolveDir = folder;
    const stdin = { contents: "export { createInventoryClient } from 'mandi-inventory-client';", resolveDir };
    const options = { bundle: true, minify: true, format: 'esm', platform: 'browser', write: false } as const;
    const { outputFiles } = await build({ stdin, ...options });
    expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThanOrEqual(ALL);
    expect(outputFiles[0]!.text).toContain('LICENSES.txt');
    expect(await readFile(join(installed, 'README.md'), 'utf8')).toContain("from 'mandi-inventory-client'");
  });

  it('has the licences of all that is in its file for pages, which names them', async () => {
    const text = await readFile(join(installed, 'LICENSES.txt'), 'utf8');
    const named = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+$/gm)].map(([, name]) => name);
    expect(named).toEqual(PACKAGES);
    for (const name of PACKAGES) {
      expect(text).toContain((await readFile(`node_modules/${name}/LICENSE`, 'utf8')).trim());
    }
    const [banner] = (await readFile(join(installed, 'mandi-inventory-client.min.js'), 'utf8')).split('\n', 1);
    expect(banner).toMatch(/^\/\*! .*\bMIT\b.*LICENSES\.txt.* \*\/$/);
  });

  it('is whole when it is packed twice at once', async () => {
    const contents = async ({ installed: at }: PackedClient): Promise<string[][]> => {
      const files = (await readdir(at, { recursive: true })).filter((path) => /\.\w+$/.test(path)).sort();
      return Promise.all(files.map(async (path) => [path, await readFile(join(at, path), 'utf8')]));
    };
    const whole = await contents(packed);
    expect(whole.length).toBeGreaterThan(20);
    expect(await contents(other)).toEqual(whole);
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

  async function run(name: string, code: string, token?: string): Promise<Child> {
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
    const env = { ...process.env, ...(token !== undefined && { TOKEN: token.replace('Bearer ', '') }) };
    const child = await startChild(process.execPath, [outfile], { env });
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
    const child = await run('consume', examples[2]!, await bearer({ role: 'service' }));
    for (const basePrice of [91, 92]) await app.request('PATCH', `/api/products/${product.id}`, { basePrice });
    await child.waitForLine(/^price_changed [0-9a-f-]{36} 92$/);
    child.signal('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(child.output().match(/^price_changed/gm)).toHaveLength(2);
    const { body } = await app.request('GET', '/api/consumers/price-board');
    expect(body).toMatchObject({ lag: 0, failing: 0, owner: null });
  });

  it('read and write', async () => {
    // Readers of the README may run them again.
    for (const name of ['write', 'again']) {
      const child = await run(name, examples[1]!, await bearer());
      expect([await child.exited, child.output()]).toEqual([0, expect.stringContaining("name: 'Potato'")]);
    }
    const { body: found } = await app.request<{ items: { id: string }[] }>('GET', '/api/vendors/search?q=Ravi');
    const { id } = found.items[0]!;
    const { body } = await app.request<{ items: object[] }>('GET', `/api/products/search?vendorId=${id}`);
    expect(body.items).toMatchObject([{ name: 'Potato', basePrice: 1750, availability: 'limited', version: 3 }]);
  });
});
