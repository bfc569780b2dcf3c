/** Edible and other oils, ghee and butter. */
import { entriesOf } from '../rows.js';

export const oilsAndFats = entriesOf('oils-and-fats', [
  [
    'Mustard Oil',
    ['Mustard Oil'],
    'सरसों का तेल, கடுகு எண்ணெய், ఆవనూనె, সরিষার তেল, मोहरीचे तेल, રાઈનું તેલ, ಸಾಸಿವೆ ಎಣ್ಣೆ, കടുകെണ്ണ, ਸਰ੍ਹੋਂ ਦਾ ਤੇਲ, سرسوں کا تیل',
    'sarson tel, sarson ka tel, sarso tel, shorsher tel, kadugu ennai, ava nune',
  ],
  [
    'Coconut Oil',
    ['Coconut Oil'],
    'नारियल तेल, தேங்காய் எண்ணெய், కొబ్బరి నూనె, নারকেল তেল, खोबरेल तेल, કોપરેલ, ತೆಂಗಿನ ಎಣ್ಣೆ, വെളിച്ചെണ്ണ, ਨਾਰੀਅਲ ਤੇਲ, ناریل کا تیل',
    'nariyal tel, nariyal ka tel, thengai ennai, kobbari nune, khobrel tel, kobbari enne, velichenna',
  ],
  [
    'Sesame Oil',
    ['Gingelly Oil'],
    'तिल का तेल, நல்லெண்ணெய், నువ్వుల నూనె, তিলের তেল, तिळाचे तेल, તલનું તેલ, ಎಳ್ಳೆಣ್ಣೆ, നല്ലെണ്ണ, ਤਿਲ ਦਾ ਤੇਲ, تل کا تیل',
    'gingelly oil, til oil, til ka tel, nallennai, nuvvula nune, ellenne, nallenna',
  ],
  [
    'Groundnut Oil',
    ['Ground Nut Oil'],
    'मूंगफली का तेल, கடலை எண்ணெய், వేరుశనగ నూనె, চিনাবাদাম তেল, शेंगदाणा तेल, સીંગતેલ, ಕಡಲೆಕಾಯಿ ಎಣ್ಣೆ, നിലക്കടല എണ്ണ, ਮੂੰਗਫਲੀ ਦਾ ਤੇਲ, مونگ پھلی کا تیل',
    'peanut oil, moongphali tel, singtel, sing tel, kadalai ennai, verusanaga nune, shengdana tel',
  ],
  [
    'Sunflower Oil',
    [],
    'सूरजमुखी का तेल, சூரியகாந்தி எண்ணெய், పొద్దుతిరుగుడు నూనె, সূর্যমুখী তেল, सूर्यफूल तेल, સૂરજમુખી તેલ, ಸೂರ್ಯಕಾಂತಿ ಎಣ್ಣೆ, സൂര്യകാന്തി എണ്ണ, ਸੂਰਜਮੁਖੀ ਦਾ ਤੇਲ, سورج مکھی کا تیل',
    'surajmukhi tel, suryakanti enne, suriyakanthi ennai, suryaphool tel',
  ],
  [
    'Castor Oil',
    ['Castor Oil'],
    'अरंडी का तेल, விளக்கெண்ணெய், ఆముదం నూనె, রেড়ির তেল, एरंडेल तेल, દિવેલ, ಹರಳೆಣ್ಣೆ, ആവണക്കെണ്ണ, ਅਰਿੰਡ ਦਾ ਤੇਲ, ارنڈی کا تیل',
    'arandi ka tel, erandel, vilakkennai, amudam, divel, haralenne, avanakkenna',
  ],
  [
    'Ghee',
    ['Ghee'],
    'घी, நெய், నెయ్యి, ঘি, तूप, ઘી, ತುಪ್ಪ, നെയ്യ്, ਘਿਓ, گھی',
    'desi ghee, cow ghee, buffalo ghee, clarified butter, neyyi, toop, tuppa',
  ],
  [
    'Butter',
    ['Butter'],
    'मक्खन, வெண்ணெய், వెన్న, মাখন, लोणी, માખણ, ಬೆಣ್ಣೆ, വെണ്ണ, ਮੱਖਣ, مکھن',
    'makhan, makkhan, vennai, venna, benne',
  ],
]);
