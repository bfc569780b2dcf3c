/** Sugar, its cane, jaggery and honey. */
import { entriesOf } from '../rows.js';

export const sweeteners = entriesOf('sweeteners', [
  [
    'Jaggery',
    ['Gur(Jaggery)'],
    'गुड़, வெல்லம், బెల్లం, গুড়, गूळ, ગોળ, ಬೆಲ್ಲ, ശർക്കര, ਗੁੜ, گڑ',
    'gur, gud, vellam, bellam, sarkkara',
  ],
  [
    'Sugar',
    ['Sugar'],
    'चीनी, சர்க்கரை, చక్కెర, চিনি, साखर, ખાંડ, ಸಕ್ಕರೆ, പഞ്ചസാര, ਖੰਡ, چینی',
    'chini, cheeni, sakhar, khand, sakkarai, chakkera, panchadara, sakkare, panchasara',
  ],
  [
    'Sugarcane',
    ['Sugarcane'],
    'गन्ना, கரும்பு, చెరకు, আখ, ऊस, શેરડી, ಕಬ್ಬು, കരിമ്പ്, ਗੰਨਾ, گنا',
    'sugar cane, ganna, karumbu, cheraku, sherdi, kabbu, karimbu',
  ],
  ['Honey', ['Honey'], 'शहद, தேன், తేనె, মধু, मध, મધ, ಜೇನುತುಪ್ಪ, തേൻ, ਸ਼ਹਿਦ, شہد', 'shahad, shehad, thene, jenu tuppa'],
]);
