/** Cereals and millets, whole and milled. */
import { entriesOf } from '../rows.js';

export const cereals = entriesOf('cereals', [
  [
    'Wheat',
    ['Wheat'],
    'गेहूं, கோதுமை, గోధుమలు, গম, गहू, ઘઉં, ಗೋಧಿ, ഗോതമ്പ്, ਕਣਕ, گندم',
    'gehu, gehun, gahu, ghau, kanak, gandum, godhumai, godhuma, godhumalu, godhi, gothambu',
  ],
  [
    'Wheat Flour',
    ['Wheat Atta'],
    'गेहूं का आटा, கோதுமை மாவு, గోధుమ పిండి, আটা, गव्हाचे पीठ, ઘઉંનો લોટ, ಗೋಧಿ ಹಿಟ್ಟು, ഗോതമ്പ് മാവ്, ਆਟਾ, آٹا',
    'atta, aata, gehun ka atta, chakki atta, godhumai maavu, godhuma pindi, godhi hittu',
  ],
  [
    'Refined Flour',
    ['Maida Atta'],
    'मैदा, மைதா, మైదా, ময়দা, मैदा, મેંદો, ಮೈದಾ, മൈദ, ਮੈਦਾ, میدہ',
    'maida, all purpose flour, moida, mendo',
  ],
  ['Semolina', ['Soji'], 'सूजी, ரவை, రవ్వ, সুজি, रवा, રવો, ರವೆ, റവ, ਸੂਜੀ, سوجی', 'suji, sooji, rava, rawa, ravai, ravva'],
  [
    'Paddy',
    ['Paddy(Dhan)(Common)'],
    'धान, நெல், వడ్లు, ধান, भात, ડાંગર, ಭತ್ತ, നെല്ല്, ਝੋਨਾ, دھان',
    'dhan, dhaan, paddy dhan, vadlu, bhatta, dangar, nellu, jhona',
  ],
  [
    'Basmati Paddy',
    ['Paddy(Dhan)(Basmati)'],
    'बासमती धान, பாசுமதி நெல், బాస్మతి వడ్లు, বাসমতী ধান, बासमती भात, બાસમતી ડાંગર, ಬಾಸ್ಮತಿ ಭತ್ತ, ബസ്മതി നെല്ല്, ਬਾਸਮਤੀ ਝੋਨਾ, باسمتی دھان',
    'paddy basmati, basmati dhan, basmati dhaan',
  ],
  [
    'Rice',
    ['Rice'],
    'चावल, அரிசி, బియ్యం, চাল, तांदूळ, ચોખા, ಅಕ್ಕಿ, അരി, ਚੌਲ, چاول',
    'chawal, chaval, arisi, biyyam, tandul, chokha, akki, chaul',
  ],
  [
    'Beaten Rice',
    ['Beaten Rice'],
    'पोहा, அவல், అటుకులు, চিঁড়ে, पोहे, પૌંઆ, ಅವಲಕ್ಕಿ, അവൽ, ਪੋਹਾ, پوہا',
    'flattened rice, rice flakes, poha, pohe, chira, chivda poha, aval, atukulu, avalakki',
  ],
  [
    'Maize',
    ['Maize'],
    'मक्का, மக்காச்சோளம், మొక్కజొన్న, ভুট্টা, मका, મકાઈ, ಮೆಕ್ಕೆಜೋಳ, ചോളം, ਮੱਕੀ, مکئی',
    'corn, makka, makai, makki, makkacholam, mokkajonna, bhutta, mekke jola',
  ],
  [
    'Pearl Millet',
    ['Bajra(Pearl Millet/Cumbu)', 'T.V. Cumbu', 'Hybrid Cumbu'],
    'बाजरा, கம்பு, సజ్జలు, বাজরা, बाजरी, બાજરી, ಸಜ್ಜೆ, കമ്പം, ਬਾਜਰਾ, باجرا',
    'bajra, bajri, bajro, cumbu, kambu, sajjalu, sajje',
  ],
  [
    'Sorghum',
    ['Jowar(Sorghum)'],
    'ज्वार, சோளம், జొన్నలు, জোয়ার, ज्वारी, જુવાર, ಜೋಳ, മണിച്ചോളം, ਜਵਾਰ, جوار',
    'jowar, jwar, jwari, jowari, juvar, cholam, jonnalu, jola',
  ],
  ['Barley', ['Barley (Jau)'], 'जौ, பார்லி, బార్లీ, যব, जव, જવ, ಬಾರ್ಲಿ, ബാർലി, ਜੌਂ, جو', 'jau, barli, satu, jave godhi'],
  [
    'Finger Millet',
    ['Ragi (Finger Millet)'],
    'रागी, கேழ்வரகு, రాగులు, রাগি, नाचणी, નાગલી, ರಾಗಿ, റാഗി, ਰਾਗੀ, راگی',
    'ragi, nachni, mandua, madua, kezhvaragu, ragulu, nagli, muthari',
  ],
  [
    'Foxtail Millet',
    ['Thinai (Italian Millet)', 'Foxtail Millet(Navane)'],
    'कंगनी, தினை, కొర్రలు, কাউন, राळा, કાંગ, ನವಣೆ, തിന, ਕੰਗਣੀ, کنگنی',
    'italian millet, kangni, thinai, korralu, korra, kaon, rala, navane, thina',
  ],
  [
    'Kodo Millet',
    ['Kodo Millet(Varagu)'],
    'कोदो, வரகு, అరికెలు, কোদো, कोद्रा, કોદરી, ಹಾರಕ, വരക്, ਕੋਧਰਾ, کودو',
    'kodo, kodra, kodri, varagu, arikelu, haraka, harka',
  ],
  [
    'Little Millet',
    ['Same/Savi'],
    'कुटकी, சாமை, సామలు, সামা, वरई, ગજરો, ಸಾಮೆ, ചാമ, ਕੁਟਕੀ, کٹکی',
    'kutki, samai, samalu, saame, varai, gajro',
  ],
  [
    'Barnyard Millet',
    [],
    'सांवा, குதிரைவாலி, ఊదలు, শ্যামা চাল, भगर, સામો, ಊದಲು, കുതിരവാലി, ਸਵਾਂਕ, سانواں',
    'sanwa, sama ke chawal, samo, moraiyo, bhagar, kuthiraivali, udalu, oodalu, jhangora',
  ],
  [
    'Amaranth Grain',
    ['Rajgir'],
    'राजगीरा, ராஜ்கிரா, రాజ్గిరా, রাজগিরা, राजगिरा, રાજગરો, ರಾಜಗಿರಿ, രാജ്ഗിര, ਰਾਜਗਿਰਾ, راجگیرہ',
    'amaranth, amaranth seeds, rajgira, rajgara, rajgaro, ramdana',
  ],
]);
