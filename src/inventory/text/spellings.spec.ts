import { describe, expect, it } from '@jest/globals';
import { foldWord } from './fold.js';
import { wordsOf } from './words.js';

const fold = (text: string): string => wordsOf(text).map(foldWord).join(' ');

/** Spellings that a trader takes for the same word. */
const SAME: readonly string[] = [
  'aloo alu aaloo आलू आलु ਆਲੂ آلو আলু',
  'pyaz pyaaz pyaj piyaz प्याज प्याज़ ਪਿਆਜ਼ پیاز পেঁয়াজ',
  'tamatar tomatar tamaatar टमाटर ٹماٹر ਟਮਾਟਰ',
  'mirchi mirch mirchee मिर्च मिर्ची మిర్చి',
  'vengayam venkayam வெங்காயம் വെങ്കായം',
  'ullipaya ullipaaya ఉల్లిపాయ',
  'eerulli irulli ಈರುಳ್ಳಿ',
  'kanda kaanda कांदा કાંદા',
  'dungli ડુંગળી',
  'bhindi bhendi bhindee भिंडी भिण्डी ભીંડા',
  'lahsun lehsun lasun लहसुन लसूण',
  'dhaniya dhania dhaniyaa धनिया دھنیا ધાણીયા',
  'haldi haldee halad हल्दी हळद ہلدی',
  'gobi gobhi गोभी',
  'gehun gehu genhu gehoon गेहूं गेहूँ گیہوں',
  'chawal chaval chaawal चावल چاول',
  'chana channa chanaa चना چنا',
  'moong mung moog मूंग मूँग',
  'masoor masur मसूर مسور',
  'jeera zeera jira जीरा ज़ीरा زیرہ',
  'methi मेथी میتھی',
  'adrak अदरक ادرک',
  'kela kele केला کیلا',
  'seb सेब سیب',
  'aam am आम آم',
  'santra santara संतरा',
  'baingan baigan बैंगन',
  'palak paalak पालक پالک',
  'gajar gaajar गाजर گاجر',
  'muli mooli मूली مولی',
  'karela करेला کریلا',
  'lauki loki लौकी',
  'kheera khira खीरा کھیرا',
  'nimbu neembu नींबू نیمبو',
  'imli इमली',
  'thakkali takkali தக்காளி',
  'urulai உருளை',
  'urulaikizhangu உருளைக்கிழங்கு',
  'vankaya vankaaya vankai వంకాయ',
  'nariyal narial नारियल',
  'elaichi ilaichi elaychi इलायची',
  'jowar jwar jawar ज्वार',
  'guar gwar gawar guvar ग्वार',
  'sarson sarso सरसों',
  'saunf sonf सौंफ',
  'kathal katahal कटहल',
  'makhana makhaana मखाना',
  'chhole chole छोले',
  'amchur amchoor अमचूर',
  'kapas कपास',
  'dahi दही دہی',
  'milagai மிளகாய்',
  'arisi அரிசி',
  'allam అల్లం',
  'manjal மஞ்சள் മഞ്ഞൾ',
  'thenga തേങ്ങ',
  'cheeni chini चीनी چینی',
  'moongphali mungfali मूंगफली',
  'doodh dudh दूध دودھ',
  'mulaku മുളക്',
  'onion onions',
  'tomato tomatoes',
  'potato potatoes',
  'chilli chillies chili chilies',
  'radish radishes',
  'date dates',
  'berry berries',
  'grape grapes',
  'banana bananas',
];

/** Different goods that must not become one word. */
const APART: readonly string[] = [
  'alu ola',
  'kela karela keri kali',
  'tur tori',
  'matar tamatar',
  'gobi gawar',
  'rai ragi rye',
  'til tel tulsi',
  'chana chini chuna',
  'dal dahi dhania',
  'muli imli methi',
  'kanda kaddu',
  'lauki laung lahsun',
  'jeera jowar',
  'mung mirch masur matar',
  'onion ginger orange mango',
  'peas pyaz',
  'दही धी',
];

describe('spellings', () => {
  it.each(SAME)('fold to one form: %s', (group) => {
    const forms = group.split(' ').map((word) => [word, fold(word)]);
    expect(forms).toEqual(forms.map(([word]) => [word, forms[0]?.[1]]));
  });

  it.each(APART)('stay apart: %s', (group) => {
    const forms = group.split(' ').map(fold);
    expect(forms).toEqual([...new Set(forms)]);
  });

  it('keeps all groups apart from each other', () => {
    const forms = SAME.map((group) => fold(group.split(' ')[0] ?? ''));
    expect(forms).toEqual([...new Set(forms)]);
  });
});
