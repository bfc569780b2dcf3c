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

export const IMPORT_PATHS: Paths = {
  '/api/imports/agmarknet': {
    post: {
      operationId: 'importAgmarknet',
      tags: ['imports'],
      summary: 'Take in a daily price file of the Agmarknet portal',
      description:
        'One vendor per State, District and Market; one product per Commodity, Variety and Grade there, with the Modal ' +
        'Price as `basePrice` per quintal. Rows take effect in date order; rows that can’t be used are reported. The file ' +
        'is read as it arrives, so it may be of any length. Two imports may run at once; one more is answered with 503.',
      security: ADMIN,
      parameters: parameters('IdempotencyKey'),
      requestBody: {
        required: true,
        description: 'UTF-8, with a header line; further columns are passed over.',
        content: {
          'text/csv': {
            schema: { type: 'string' },
            examples: {
              portal: { summary: 'As the portal writes it', value: PORTAL_FILE },
              api: { summary: 'As data.gov.in writes it, with a row that is refused', value: API_FILE },
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
              rows: 2,
              vendorsCreated: 1,
              created: 1,
              priceChanged: 0,
              unchanged: 0,
              rejected: 1,
              rejections: [{ line: 3, reason: 'Modal Price: not a number' }],
            },
          },
          'Idempotency-Replayed',
        ),
        ...problems(...ANY_WRITE, 'InvalidImport', 'UnsupportedMediaType', 'UnavailableForWrites'),
      },
    },
  },
};
