import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { OpenApiDocument } from '../../src/openapi/document.js';
import type { Operation, Parameter, Ref } from '../../src/openapi/types.js';
import { type Answer, startApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';

/** These need what another answer has given, such as a lease. */
const NEED_AN_ANSWER = new Set(['acknowledgeEvents', 'retryParkedEvent', 'dropParkedEvent']);

interface Form {
  method: string;
  path: string;
  operation: Operation;
}

/** `/docs` on a fresh server with the demo catalogue: what one sees is what one can press. */
describe('the forms of the page of the API', () => {
  let app: TestApp;
  let document: OpenApiDocument;
  let forms: Form[];

  beforeAll(async () => {
    app = await startApp({ env: { DEMO: 'true' } });
    const { body } = await app.request<string>('GET', '/docs/swagger-ui-init.js');
    const { swaggerDoc } = JSON.parse(/let options = (\{.*?\n\});/s.exec(body)![1]!) as { swaggerDoc: OpenApiDocument };
    document = swaggerDoc;
    forms = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  });
  afterAll(() => app.close());

  const resolved = ({ $ref }: Ref): Parameter => document.components.parameters[$ref.split('/').at(-1)!]!;
  /** As Swagger UI fills it; undefined: it stays empty. */
  const filledWith = ({ examples, schema }: Parameter): unknown =>
    Object.values(examples ?? {})[0]?.value ?? schema.default;

  const press = ({ method, path, operation }: Form): Promise<Answer<unknown>> => {
    const values = (operation.parameters ?? []).map(resolved).map((one) => ({ one, value: filledWith(one) }));
    const given = (place: Parameter['in']): [string, string][] =>
      values
        .filter(({ one, value }) => one.in === place && value !== undefined)
        .map(({ one, value }) => [one.name, String(value)]);
    const target = given('path').reduce(
      (url, [name, value]) => url.replace(`{${name}}`, encodeURIComponent(value)),
      path,
    );
    const [[type, media] = []] = Object.entries(operation.requestBody?.content ?? {});
    const body = Object.values(media?.examples ?? {})[0]?.value;
    const headers = { ...Object.fromEntries(given('header')), ...(type !== undefined && { 'content-type': type }) };
    return app.request(method, `${target}?${new URLSearchParams(given('query')).toString()}`, body, headers);
  };

  it('have no key, tag, cursor or epoch filled in', () => {
    const filled = Object.values(document.components.parameters).filter((one) => filledWith(one) !== undefined);
    const optional = filled.filter(({ required }) => !required).map(({ name }) => name);
    expect(optional).not.toEqual(expect.arrayContaining([expect.stringMatching(/key|match|cursor|epoch/i)]));
    expect(Object.values(document.components.parameters).map(({ description }) => description)).toContainEqual(
      expect.stringMatching(/For example `North Delhi`/),
    );
  });

  it('all give the success that is documented, as they are filled in', async () => {
    const isRemoval = ({ method }: Form): boolean => method === 'DELETE';
    const pressed = [...forms.filter((form) => !isRemoval(form)), ...forms.filter(isRemoval).reverse()];
    const failed: object[] = [];
    for (const form of pressed.filter(({ operation }) => !NEED_AN_ANSWER.has(operation.operationId))) {
      const { status, body } = await press(form);
      const isDocumented = String(status) in form.operation.responses && status < 300;
      if (!isDocumented) failed.push({ id: form.operation.operationId, status, body });
    }
    expect(failed).toEqual([]);
    expect(pressed.length).toBeGreaterThan(35);
  });

  it('make things as often as one presses', async () => {
    const making = forms.filter(({ operation }) => ['createVendor', 'createProduct'].includes(operation.operationId));
    for (const form of making) expect((await press(form)).status).toBe(201);
    expect(making).toHaveLength(2);
  });

  it('look so in a browser', async () => {
    const browser: Browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${app.url}/docs#/products/getProduct`);
      const form = page.locator('#operations-products-getProduct');
      await form.getByRole('button', { name: 'Execute' }).click();
      await form.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
      const inputs = form.locator('.parameters input');
      const values = await inputs.evaluateAll((all) =>
        (all as unknown as { value: string }[]).map(({ value }) => value),
      );
      const [id, ...optional] = values;
      expect(id).toMatch(/^prd_/);
      expect(new Set(optional)).toEqual(new Set(['']));
    } finally {
      await browser.close();
    }
  });
});
