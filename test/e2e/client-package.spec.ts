import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { startApp, type TestApp } from '../support/app.js';
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
