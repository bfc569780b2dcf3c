import type { Security } from '../types.js';

export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: [
      'A JSON Web Token, signed with `JWT_SECRET` (HS256) or a key of `JWKS_URL`. Its claim `role` says what it allows:',
      '',
      '- `admin`: everything;',
      '- `vendor`, with the claim `vendorId`: to change this vendor and its products, and no others;',
      '- `service`: to lease and acknowledge events of consumers, and nothing else.',
      '',
      'Reading vendors, products and searches needs no token. One that is sent all the same must be valid.',
      'An embedded server prints a ready admin token when it starts;',
      '`npm run token -- --role vendor --vendor vnd_asha` makes one of a vendor.',
    ].join('\n'),
  },
} as const;

/** No token needed; one that is not valid is refused with 401 all the same. */
export const ANYBODY: Security = [];
/** The vendor whose inventory it is, and admins. */
export const OWNER: Security = [{ bearer: ['vendor'] }, { bearer: ['admin'] }];
/** Programs that consume events, and admins. */
export const SERVICE: Security = [{ bearer: ['service'] }, { bearer: ['admin'] }];
export const ADMIN: Security = [{ bearer: ['admin'] }];
