import { VENDOR_ID } from './examples/vendors.js';
import { ONION_ID, TURMERIC_ID } from './examples/products.js';
import type { OpenApiDocument } from './document.js';
import type { Examples, MediaType, Operation, Parameter } from './types.js';

/** Products that are there, of one vendor: at most two are needed. */
export type PresentProducts = readonly { id: string; vendorId: string }[];

/** What is filled in beforehand though one may leave it out: without it an answer would show nothing. */
const HELPFUL: ReadonlySet<string> = new Set(['Text', 'HalfTyped', 'SeriesCommodity']);

/**
 * The document as the page of the API shows it. Swagger UI fills a form with the first example of each parameter, so
 * every request would carry the key of another one, the tag of a version that never was, and a cursor of no search.
 * Here optional parameters are empty, with their examples in words; ids are those of things that are there; and what is
 * made gets an id and a sku of its own, so that it can be made twice.
 */
export function documentToTryOut(document: OpenApiDocument, products: PresentProducts): OpenApiDocument {
  const { components } = document;
  const parameters = Object.entries(components.parameters).map(
    ([name, parameter]) => [name, parameter.required || HELPFUL.has(name) ? parameter : unfilled(parameter)] as const,
  );
  const shown = {
    ...document,
    paths: Object.fromEntries(
      Object.entries(document.paths).map(([path, operations]) => [
        path,
        Object.fromEntries(Object.entries(operations).map(([method, one]) => [method, repeatable(one)])),
      ]),
    ),
    components: { ...components, parameters: Object.fromEntries(parameters) },
  };
  return withIdsOf(shown, products);
}

function unfilled({ examples, ...parameter }: Parameter): Parameter {
  const values = Object.values(examples).map(({ value, summary }) =>
    summary === 'An example' ? `\`${String(value)}\`` : `\`${String(value)}\` (${summary})`,
  );
  const description = `${parameter.description}. For example ${values.join(', ')}`;
  return { ...parameter, description } as Parameter;
}

/** Its first example can be sent again and again. */
function repeatable(operation: Operation): Operation {
  const { operationId, requestBody } = operation;
  const dropped = { createVendor: 'id', createProduct: 'sku' }[operationId];
  if (dropped === undefined || !requestBody) return operation;
  const content = Object.entries(requestBody.content).map(([type, media]) => [type, without(media, dropped)] as const);
  return { ...operation, requestBody: { ...requestBody, content: Object.fromEntries(content) } };
}

function without({ examples = {}, ...media }: MediaType, field: string): MediaType {
  const changed = Object.entries(examples).map(([name, example]) => {
    const { [field]: _dropped, ...value } = example.value as Record<string, unknown>;
    return [name, { ...example, value }] as const;
  });
  return { ...media, examples: Object.fromEntries(changed) satisfies Examples };
}

function withIdsOf(document: OpenApiDocument, [first, second = first]: PresentProducts): OpenApiDocument {
  if (!first) return document;
  const ids = [
    [JSON.stringify(VENDOR_ID), JSON.stringify(first.vendorId)],
    [ONION_ID, first.id],
    [TURMERIC_ID, second!.id],
  ] as const;
  const text = ids.reduce((all, [example, present]) => all.replaceAll(example, present), JSON.stringify(document));
  return JSON.parse(text) as OpenApiDocument;
}
