import { answer } from '../components/content.js';
import { parameters } from '../components/parameters.js';
import { ANY_WRITE, problems } from '../components/problems.js';
import { ADMIN } from '../components/security.js';
import type { Paths } from '../types.js';

const PORTAL_FILE = [
  'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min Price,Max Price,Modal Price',
  'Maharashtra,Nashik,Lasalgaon,Onion,Red,FAQ,02/03/2026,1800,2650,2400',
  'Tamil Nadu,Erode,Erode,Turmeric,Finger,FAQ,02/03/2026,13500,15200,14400.50',
  '',
].join('\n');

const API_FILE = [
  'State,District,Market,Commodity,Variety,Grade,Arrival_Date,Min_x0020_Price,Max_x0020_Price,Modal_x0020_Price',
  'Delhi,North Delhi,Azadpur,Potato,Desi,FAQ,2026-03-02,900,1500,1250',
  'Delhi,North Delhi,Azadpur,Tomato,Hybrid,FAQ,02-03-2026,900,1500,not a price',
  '',
].join('\n');

const PRICE_REPORT = [
  'State/UT,District,Market,Commodity Group,Commodity,Variety,Grade,Min Price,Max Price,Modal Price,Price Unit,Price Date',
  'Gujarat,Amreli,APMC Bagasara,Cereals,Wheat,Lokwan,FAQ,"2,050.00","2,585.00","2,317.00",Rs./Quintal,2026-03-02',
  '',
].join('\n');

const API_DOCUMENT = {
  records: [
    {
      state: 'Delhi',
      district: 'North Delhi',
      market: 'Azadpur',
      commodity: 'Potato',
      variety: 'Desi',
      grade: 'FAQ',
      arrival_date: '02/03/2026',
      min_price: '900',
      max_price: '1500',
      modal_price: '1250',
    },
  ],
};

const ENAM_DOCUMENT = {
  data: [
    {
      state: 'ANDHRA PRADESH',
      apmc: 'ADONI',
      commodity: 'CASTOR SEED',
      min_price: '4556',
      modal_price: '4600',
      max_price: '4700',
      commodity_arrivals: '5',
      commodity_traded: '3',
      created_at: '2026-03-02',
      Commodity_Uom: 'Qui',
    },
  ],
};

const MARKET_REPORT = {
  title: 'Market-wise, Commodity-wise Daily Report on: 02-Mar-2026',
  states: [
    {
      stateName: 'Gujarat',
      markets: [
        {
          marketName: 'APMC Bagasara',
          commodities: [
            {
              commodityName: 'Wheat',
              data: [
                {
                  arrivals: 12.5,
                  unitOfArrivals: 'Metric Tonnes',
                  variety: 'Lokwan',
                  grade: 'FAQ',
                  minimumPrice: 2050,
                  maximumPrice: 2585,
                  modalPrice: 2317,
                  unitOfPrice: 'Rs./Quintal',
                },
              ],
            },
            { commodityName: 'Onion', data: [] },
          ],
        },
      ],
    },
  ],
};

export const IMPORT_PATHS: Paths = {
  '/api/imports/agmarknet': {
    post: {
      operationId: 'importAgmarknet',
      tags: ['imports'],
      summary: 'Take in a file of prices at Indian markets',
      description:
        'The files of the government’s portals (Agmarknet, data.gov.in, eNAM), recognised by their headers: ' +
        'docs/price-files.md shows each layout. One vendor per state, district and market, whatever their spelling; one ' +
        'product per commodity, variety and grade there, with the modal price as `basePrice`. Rows take effect in the order ' +
        'of their days; rows that can’t be used are reported. The file is read as it arrives, so it may be of any length. ' +
        'Two imports may run at once; one more is answered with 503.',
      security: ADMIN,
      parameters: parameters('ImportState', 'ImportDay', 'DryRun', 'IdempotencyKey'),
      requestBody: {
        required: true,
        description:
          'UTF-8 or UTF-16; fields separated by comma, semicolon, tab or stroke; further columns are passed over. The bytes ' +
          'say what the file is, not its type.',
        content: {
          'text/csv': {
            schema: { type: 'string' },
            examples: {
              portal: { summary: 'As the portal writes it', value: PORTAL_FILE },
              api: { summary: 'As data.gov.in writes it, with a row that is refused', value: API_FILE },
            },
          },
          'text/plain': {
            schema: { type: 'string' },
            examples: { report: { summary: 'A price report of Agmarknet 2.0', value: PRICE_REPORT } },
          },
          'text/tab-separated-values': {
            schema: { type: 'string' },
            examples: { table: { summary: 'From a spreadsheet', value: PORTAL_FILE.replaceAll(',', '\t') } },
          },
          'application/json': {
            schema: { type: ['object', 'array'] },
            examples: {
              api: { summary: 'As data.gov.in writes it', value: API_DOCUMENT },
              enam: { summary: 'As eNAM writes it', value: ENAM_DOCUMENT },
              report: { summary: 'A market report of Agmarknet 2.0', value: MARKET_REPORT },
            },
          },
        },
      },
      responses: {
        200: answer(
          'What became of the rows',
          'ImportSummary',
          {
            value: {
              importId: 'imp_01955a1e2f407c6b9a8d3e5f7a9b1c2d',
              layout: 'data-gov-in-csv',
              rows: 2,
              vendorsCreated: 1,
              created: 1,
              priceChanged: 0,
              recorded: 0,
              revised: 0,
              unchanged: 0,
              rounded: 0,
              contradictory: 0,
              suspicious: 0,
              rejected: 1,
              rejections: [{ line: 3, reason: 'Modal Price: "not a price" is not a number' }],
              aliasCandidates: [
                {
                  state: 'Delhi',
                  district: 'North Delhi',
                  market: 'Azadpur',
                  candidates: [{ vendorId: 'vnd_7c41a0d9e3b85f26c1d4e0aa', district: 'Delhi', market: 'Azadpur' }],
                },
              ],
            },
          },
          'Idempotency-Replayed',
        ),
        ...problems(...ANY_WRITE, 'InvalidImport', 'UnsupportedMediaType', 'UnusableImport', 'UnavailableForWrites'),
      },
    },
  },
};
