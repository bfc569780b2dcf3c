import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { asyncApiDocument } from '../../src/realtime/asyncapi/document.js';
import type { Schema } from '../../src/openapi/types.js';
import {
  DOCUMENT,
  headersOf,
  OPERATIONS,
  operationOf,
  problemCodes,
  querySchema,
} from '../support/openapi/document.js';
import { accepts, type Dto, dtoClasses, fieldsOf, ITEM_RULES, PROBES } from '../support/openapi/dtos.js';
import { errorsTable } from '../support/openapi/errors-table.js';
import { faults } from '../support/openapi/schemas.js';

const { schemas } = DOCUMENT.components;

/** The schema of each class that a body or a query is validated with. */
const SCHEMAS_OF_DTOS: Readonly<Record<string, Schema>> = {
  CreateVendorBody: schemas.CreateVendor!,
  UpdateVendorBody: schemas.UpdateVendor!,
  VendorAliasBody: schemas.VendorAliasNames!,
  CreateConsumerBody: schemas.CreateConsumer!,
  UpdateConsumerBody: schemas.UpdateConsumer!,
  AcknowledgeBody: schemas.Acknowledgement!,
  ConsumerEventsQuery: querySchema(operationOf('leaseEvents')),
  CreateProductBody: schemas.CreateProduct!,
  UpdateProductBody: schemas.UpdateProduct!,
  AvailabilityBody: schemas.SetAvailability!,
  BulkAvailabilityBody: schemas.BulkAvailability!,
  InventoryBody: schemas.UpsertInventory!,
  ImportQuery: querySchema(operationOf('importAgmarknet')),
  AsOfQuery: querySchema(operationOf('getProduct')),
  // What other classes have in common.
  LanguageQuery: querySchema({
    ...operationOf('getProduct'),
    parameters: operationOf('getProduct').parameters.filter(({ name }) => name !== 'asOf'),
  }),
  HistoryQuery: querySchema(operationOf('getProductHistory')),
  PricesQuery: querySchema(operationOf('getProductPrices')),
  ReadEventsQuery: querySchema(operationOf('readEvents')),
  SealsQuery: querySchema(operationOf('readSeals')),
  AuditQuery: querySchema(operationOf('readAudit')),
  VendorSearchQuery: querySchema(operationOf('searchVendors')),
  ProductSearchQuery: querySchema(operationOf('searchProducts')),
  SuggestQuery: querySchema(operationOf('suggestProducts')),
  PriceSeriesQuery: querySchema(operationOf('getPriceSeries')),
  StockInsightsQuery: querySchema(operationOf('getStockInsights')),
  MoversQuery: querySchema(operationOf('getMovers')),
  SeriesCommoditiesQuery: querySchema(operationOf('listSeriesCommodities')),
};

describe('the schemas of the OpenAPI document', () => {
  let dtos: Map<string, Dto>;

  beforeAll(async () => {
    dtos = await dtoClasses();
  });

  it('are those of all classes that requests are validated with', () => {
    expect(Object.keys(SCHEMAS_OF_DTOS).sort()).toEqual([...dtos.keys()].sort());
  });

  describe.each(Object.entries(SCHEMAS_OF_DTOS))('%s', (name, schema) => {
    const properties = schema.properties as Record<string, Schema>;

    it('has the same fields, and needs the same', () => {
      const { all, required } = fieldsOf(dtos.get(name)!);
      expect(Object.keys(properties).sort()).toEqual(all);
      expect([...((schema.required ?? []) as string[])].sort()).toEqual(required);
    });

    it.each(Object.entries(properties))('takes and refuses the same values of %s', (field, ofField) => {
      const dto = dtos.get(name)!;
      const verdicts = PROBES.map((value) => ({
        value,
        server: accepts(dto, field, value),
        document: faults(ofField, value).length === 0,
      }));
      // An item that the document refuses is rejected by itself, and its list is taken.
      const isOther = ({ server, document }: { server: boolean; document: boolean }): boolean =>
        ofField.type === 'array' && name !== 'CreateVendorBody' && name !== 'UpdateVendorBody'
          ? document && !server
          : document !== server;
      expect(verdicts.filter(isOther)).toEqual([]);
      expect(new Set(verdicts.map(({ server }) => server)).size).toBe(2);
    });
  });

  it.each(Object.entries(ITEM_RULES))('have the same fields and bounds as the items of lists: %s', (name, item) => {
    const { properties, required } = schemas[name] as { properties: Record<string, Schema>; required: string[] };
    expect(Object.keys(properties).sort()).toEqual([...item.rules.keys()].sort());
    expect([...required].sort()).toEqual([...item.required].sort());
    for (const [field, schema] of Object.entries(properties)) {
      for (const value of PROBES) {
        expect([field, value, item.rules.get(field)!(value) === undefined]).toEqual([
          field,
          value,
          faults(schema, value).length === 0,
        ]);
      }
    }
  });

  it('are closed', () => {
    const open: unknown[] = [];
    JSON.stringify(schemas, (_key, value: unknown) => {
      const { type, properties, additionalProperties } = (value ?? {}) as Record<string, unknown>;
      if (type === 'object' && additionalProperties === undefined) open.push(properties);
      return value;
    });
    expect(open).toEqual([]);
  });

  it('are all used', () => {
    const text = JSON.stringify(DOCUMENT);
    for (const [kind, ofKind] of Object.entries(DOCUMENT.components)) {
      if (kind === 'securitySchemes') continue;
      for (const name of Object.keys(ofKind)) expect(text).toContain(`"$ref":"#/components/${kind}/${name}"`);
    }
  });

  it('are those of the messages over the WebSocket, as far as these have the same', () => {
    const config = loadConfig({ DATABASE_URL: 'postgres://127.0.0.1/none' });
    const ofMessages = (asyncApiDocument(config) as { components: { schemas: Record<string, Schema> } }).components
      .schemas;
    const names = ['Product', 'Vendor', 'ProductEvent', 'VendorEvent', 'PriceObservation', 'EventCause'];
    for (const name of [...names, 'FieldChange', 'LogCursor']) {
      const fields = ({ properties, required }: Schema): unknown => [
        // Whose change it is is for admins only.
        Object.keys(properties as object).filter((field) => field !== 'actor'),
        required,
      ];
      expect(fields(schemas[name]!)).toEqual(fields(ofMessages[name]!));
    }
  });
});

describe('the examples of the OpenAPI document', () => {
  describe.each(OPERATIONS.map((one) => [one.id, one] as const))('%s', (_id, described) => {
    it('has an example of each parameter, body and answer, and each is valid', () => {
      const { parameters, body, responses } = described;
      for (const { name, schema, examples } of parameters) {
        expect([name, Object.keys(examples).length > 0]).toEqual([name, true]);
        for (const { value } of Object.values(examples)) expect(faults(schema, value)).toEqual([]);
      }
      const media = [...responses.values()].flatMap(({ content }) => Object.values(content ?? {}));
      if (body) media.push(body.media);
      for (const { schema, examples } of media) {
        if (schema.additionalProperties === true) continue; // a whole document
        expect(Object.values(examples ?? {}).length).toBeGreaterThan(0);
        for (const { value } of Object.values(examples!)) expect(faults(schema, value)).toEqual([]);
      }
      for (const response of responses.values()) {
        for (const [, { schema, example }] of headersOf(response)) expect(faults(schema, example)).toEqual([]);
      }
    });

    it('has only problems that docs/errors.md has', async () => {
      const table = await errorsTable();
      for (const [status, codes] of problemCodes(described)) {
        for (const code of codes) expect([code, table.get(code)]).toEqual([code, status]);
      }
    });
  });
});
