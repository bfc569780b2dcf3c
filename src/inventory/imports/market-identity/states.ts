/** A state or union territory of India. */
interface State {
  /** Stored in keys of markets: never changed. */
  key: string;
  /** The name in the portal's files of until 2025. */
  portal: string;
  /** Other names and spellings that files have: former names, those of the law, of today's portal, and misspellings. */
  others?: readonly string[];
}

/**
 * Only names of one and the same territory stand together. Ladakh is none of Jammu and Kashmir, nor Telangana one of
 * Andhra Pradesh, though older files had their markets there. The two territories that became one in 2020 are one here:
 * their districts tell their markets apart.
 */
const STATES: readonly State[] = [
  {
    key: 'andaman-and-nicobar',
    portal: 'Andaman and Nicobar',
    others: ['Andaman and Nicobar Islands', 'Andaman Nicobar', 'A and N Islands'],
  },
  { key: 'andhra-pradesh', portal: 'Andhra Pradesh' },
  { key: 'arunachal-pradesh', portal: 'Arunachal Pradesh' },
  { key: 'assam', portal: 'Assam', others: ['Asom'] },
  { key: 'bihar', portal: 'Bihar' },
  { key: 'chandigarh', portal: 'Chandigarh', others: ['Chandigarh UT', 'UT of Chandigarh'] },
  {
    key: 'chhattisgarh',
    portal: 'Chattisgarh',
    others: ['Chhattisgarh', 'Chhatisgarh', 'Chattishgarh', 'Chhattishgarh'],
  },
  {
    key: 'dadra-and-nagar-haveli-and-daman-and-diu',
    portal: 'Dadra and Nagar Haveli',
    others: [
      'Dadra and Nagar Haveli and Daman and Diu',
      'Dadra Nagar Haveli and Daman Diu',
      'The Dadra and Nagar Haveli and Daman and Diu',
      'Dadra Nagar Haveli',
      'Daman and Diu',
      'Daman Diu',
      'DNH and DD',
      'DNHDD',
    ],
  },
  {
    key: 'delhi',
    portal: 'NCT of Delhi',
    others: ['Delhi', 'New Delhi', 'Delhi NCT', 'NCT Delhi', 'National Capital Territory of Delhi'],
  },
  { key: 'goa', portal: 'Goa' },
  { key: 'gujarat', portal: 'Gujarat', others: ['Gujrat'] },
  { key: 'haryana', portal: 'Haryana' },
  { key: 'himachal-pradesh', portal: 'Himachal Pradesh' },
  {
    key: 'jammu-and-kashmir',
    portal: 'Jammu and Kashmir',
    others: ['J and K', 'Jammu Kashmir', 'UT of Jammu and Kashmir', 'Jammu and Kashmir UT'],
  },
  { key: 'jharkhand', portal: 'Jharkhand', others: ['Jharkand'] },
  { key: 'karnataka', portal: 'Karnataka' },
  { key: 'kerala', portal: 'Kerala', others: ['Keralam'] },
  { key: 'ladakh', portal: 'Ladakh', others: ['UT of Ladakh'] },
  { key: 'lakshadweep', portal: 'Lakshadweep', others: ['Lakshadweep Islands'] },
  { key: 'madhya-pradesh', portal: 'Madhya Pradesh' },
  { key: 'maharashtra', portal: 'Maharashtra' },
  { key: 'manipur', portal: 'Manipur' },
  { key: 'meghalaya', portal: 'Meghalaya' },
  { key: 'mizoram', portal: 'Mizoram' },
  { key: 'nagaland', portal: 'Nagaland' },
  { key: 'odisha', portal: 'Odisha', others: ['Orissa'] },
  { key: 'puducherry', portal: 'Pondicherry', others: ['Puducherry', 'Puduchery', 'Pondichery'] },
  { key: 'punjab', portal: 'Punjab' },
  { key: 'rajasthan', portal: 'Rajasthan' },
  { key: 'sikkim', portal: 'Sikkim' },
  { key: 'tamil-nadu', portal: 'Tamil Nadu' },
  { key: 'telangana', portal: 'Telangana', others: ['Telengana'] },
  { key: 'tripura', portal: 'Tripura' },
  { key: 'uttar-pradesh', portal: 'Uttar Pradesh' },
  { key: 'uttarakhand', portal: 'Uttrakhand', others: ['Uttarakhand', 'Uttarkhand', 'Uttaranchal'] },
  { key: 'west-bengal', portal: 'West Bengal' },
];

/** `Tamil Nadu` = `TAMILNADU` = `tamil-nadu`, `Jammu & Kashmir` = `Jammu and Kashmir`. */
const lettersOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('&', 'and')
    .replaceAll(/[^\p{L}\p{M}]/gu, '');

const KEYS = STATES.flatMap(({ key, portal, others = [] }) => [portal, ...others].map((name) => ({ name, key })));
const BY_NAME = new Map(KEYS.map(({ name, key }) => [name, key]));
const BY_LETTERS = new Map(KEYS.map(({ name, key }) => [lettersOf(name), key]));

const PORTAL_NAMES = new Map(STATES.map(({ key, portal }) => [key, portal]));

/** The key of the state or union territory of this name, however it is spelled; undefined if the table has none. */
export function stateKey(name: string): string | undefined {
  return BY_NAME.get(name) ?? BY_LETTERS.get(lettersOf(name));
}

/** How the portal spells the state of a key; undefined if the table has none. */
export function portalNameOf(key: string): string | undefined {
  return PORTAL_NAMES.get(key);
}
