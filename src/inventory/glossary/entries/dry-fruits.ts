/** Nuts and dried fruits. */
import { entriesOf } from '../rows.js';

export const dryFruits = entriesOf('dry-fruits', [
  [
    'Cashew',
    ['Cashewnuts', 'Cashew Kernnel'],
    'काजू, முந்திரி, జీడిపప్పు, কাজু, काजू, કાજુ, ಗೋಡಂಬಿ, കശുവണ്ടി, ਕਾਜੂ, کاجو',
    'cashew nut, cashewnut, kaju, mundhiri, jeedipappu, godambi, kashuvandi',
  ],
  [
    'Almond',
    ['Almond(Badam)'],
    'बादाम, பாதாம், బాదం, কাঠবাদাম, बदाम, બદામ, ಬಾದಾಮಿ, ബദാം, ਬਾਦਾਮ, بادام',
    'badam, baadam, badaam, kathbadam, badami',
  ],
  [
    'Raisins',
    ['Dry Grapes'],
    'किशमिश, உலர் திராட்சை, కిస్మిస్, কিশমিশ, मनुका, કિસમિસ, ಒಣದ್ರಾಕ್ಷಿ, ഉണക്കമുന്തിരി, ਕਿਸ਼ਮਿਸ਼, کشمش',
    'raisin, dry grape, kishmish, kismis, manuka, ular thiratchai, ona drakshi, unakka munthiri',
  ],
  [
    'Walnut',
    ['Walnut'],
    'अखरोट, அக்ரூட், అక్రోట్, আখরোট, अक्रोड, અખરોટ, ಅಕ್ರೋಟ್, അക്രോട്ട്, ਅਖਰੋਟ, اخروٹ',
    'akhrot, akrot, akrod, akroot',
  ],
  [
    'Dates',
    [],
    'खजूर, பேரீச்சம்பழம், ఖర్జూరం, খেজুর, खजूर, ખજૂર, ಖರ್ಜೂರ, ഈന്തപ്പഴം, ਖਜੂਰ, کھجور',
    'date fruit, khajoor, khajur, pericham pazham, kharjuram, khejur, eenthapazham',
  ],
  [
    'Pistachio',
    [],
    'पिस्ता, பிஸ்தா, పిస్తా, পেস্তা, पिस्ता, પિસ્તા, ಪಿಸ್ತಾ, പിസ്ത, ਪਿਸਤਾ, پستہ',
    'pista, pistha, pesta, pistachio nut',
  ],
  [
    'Fox Nut',
    [],
    'मखाना, தாமரை விதை, మఖానా, মাখনা, मखाणा, મખાના, ಮಖಾನ, താമരവിത്ത്, ਮਖਾਣਾ, مکھانا',
    'makhana, foxnut, lotus seed, phool makhana',
  ],
]);
