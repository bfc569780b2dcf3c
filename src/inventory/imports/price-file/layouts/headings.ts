import { trimmed } from '../cells/text.js';

/** What a column of a price file, or a member of a JSON record, may say of a report. */
export const FIELDS = [
  'state',
  'district',
  'market',
  'commodity',
  'variety',
  'grade',
  'min',
  'max',
  'modal',
  'unit',
  'arrivalDate',
  'priceDate',
  'createdAt',
  'arrivals',
  'arrivalUnit',
] as const;

export type Field = (typeof FIELDS)[number];

/** Names in small letters, without anything but letters and digits. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  state: ['state', 'stateut', 'statename'],
  district: ['district', 'districtname', 'distname'],
  market: ['market', 'marketname', 'apmc'],
  commodity: ['commodity', 'commodityname'],
  variety: ['variety', 'varietyname'],
  grade: ['grade', 'gradename'],
  min: ['minprice', 'minimumprice'],
  max: ['maxprice', 'maximumprice'],
  modal: ['modalprice'],
  unit: ['priceunit', 'unitofprice', 'commodityuom'],
  arrivalDate: ['arrivaldate'],
  priceDate: ['pricedate', 'reporteddate'],
  createdAt: ['createdat'],
  arrivals: ['arrivalquantity', 'arrivals', 'commodityarrivals'],
  arrivalUnit: ['arrivalunit', 'unitofarrivals'],
};

const FIELD_OF = new Map(FIELDS.flatMap((field) => NAMES[field].map((name) => [name, field] as const)));

export interface Heading {
  /** As the file has it, without escapes. */
  name: string;
  /** It had escapes. */
  escaped: boolean;
  /** The name without spelling: `Min Price`, `min_price` and `Min_x0020_Price` are `minprice`. */
  key: string;
  field: Field | undefined;
  /** What stands in parentheses behind the name: `Rs./Quintal` of `Min Price (Rs./Quintal)`. */
  unit: string | undefined;
}

const MAX_NAME = 100;
/** Characters that XML escapes in names, as data.gov.in does with blanks. */
const ESCAPED = /_x([0-9a-f]{4})_/gi;
const WITH_UNIT = /^([^()]*)\(([^()]*)\)$/;

export function headingOf(name: string): Heading {
  if (name.length > MAX_NAME) return { name, escaped: false, key: '', field: undefined, unit: undefined };
  const unescaped = name.replaceAll(ESCAPED, (_all, code: string) => String.fromCharCode(parseInt(code, 16)));
  const text = trimmed(unescaped.replaceAll(/\p{Cc}+/gu, ' '));
  const [, stem = text, unit] = WITH_UNIT.exec(text) ?? [];
  const key = stem.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return { name: text, escaped: unescaped !== name, key, field: FIELD_OF.get(key), unit: unit && trimmed(unit) };
}
