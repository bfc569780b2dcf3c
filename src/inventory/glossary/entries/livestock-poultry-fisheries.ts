/** Live animals, eggs and fish. */
import { entriesOf } from '../rows.js';

export const livestock = entriesOf('livestock-poultry-fisheries', [
  [
    'Fish',
    ['Fish'],
    'मछली, மீன், చేపలు, মাছ, मासे, માછલી, ಮೀನು, മീൻ, ਮੱਛੀ, مچھلی',
    'machli, machhli, machhi, meen, meenu, chepa, chepalu',
  ],
  [
    'Egg',
    ['Egg'],
    'अंडा, முட்டை, గుడ్లు, ডিম, अंडी, ઈંડા, ಮೊಟ್ಟೆ, മുട്ട, ਆਂਡਾ, انڈا',
    'anda, ande, muttai, guddu, kodi guddu, kodiguddu, motte',
  ],
  [
    'Chicken',
    ['Cock', 'Hen'],
    'मुर्गा, கோழி, కోడి, মুরগি, कोंबडी, મરઘી, ಕೋಳಿ, കോഴി, ਮੁਰਗਾ, مرغی',
    'cock, hen, rooster, murga, murgi, murghi, kombdi, kozhi, kodi',
  ],
  [
    'Duck',
    ['Duck'],
    'बत्तख, வாத்து, బాతు, হাঁস, बदक, બતક, ಬಾತುಕೋಳಿ, താറാവ്, ਬੱਤਖ, بطخ',
    'batakh, badak, vaathu, batukoli, tharavu',
  ],
  [
    'Goat',
    ['Goat', 'She Goat'],
    'बकरी, ஆடு, మేక, ছাগল, शेळी, બકરી, ಮೇಕೆ, ആട്, ਬੱਕਰੀ, بکری',
    'bakra, bakri, chagol, sheli, meka, meke',
  ],
  [
    'Sheep',
    ['Sheep'],
    'भेड़, செம்மறி ஆடு, గొర్రె, ভেড়া, मेंढी, ઘેટું, ಕುರಿ, ചെമ്മരിയാട്, ਭੇਡ, بھیڑ',
    'bhed, bhera, semmari aadu, gorre, kuri, chemmariyadu',
  ],
  ['Cow', ['Cow'], 'गाय, பசு, ఆవు, গরু, गाय, ગાય, ಹಸು, പശു, ਗਾਂ, گائے', 'gaay, gai, pasu, aavu, hasu'],
  [
    'Bullock',
    ['Ox', 'Bull'],
    'बैल, காளை, ఎద్దు, বলদ, बैल, બળદ, ಎತ್ತು, കാള, ਬਲਦ, بیل',
    'ox, bull, balad, eddu, ettu, kaalai',
  ],
  [
    'Calf',
    ['Calf'],
    'बछड़ा, கன்று, దూడ, বাছুর, वासरू, વાછરડું, ಕರು, പശുക്കുട്ടി, ਵੱਛਾ, بچھڑا',
    'bachhda, bachda, kanru, duda, bachur, vasru',
  ],
  [
    'Buffalo',
    ['She Buffalo', 'He Buffalo'],
    'भैंस, எருமை, గేదె, মহিষ, म्हैस, ભેંસ, ಎಮ್ಮೆ, എരുമ, ਮੱਝ, بھینس',
    'bhains, bhens, erumai, gede, mohish, mhais, emme, eruma',
  ],
]);
