/** Flowers sold loose or cut. */
import { entriesOf } from '../rows.js';

export const flowers = entriesOf('flowers', [
  [
    'Marigold',
    ['Marigold(Calcutta)', 'Marigold(loose)', 'Jaffri'],
    'गेंदा, செண்டுமல்லி, బంతి పువ్వు, গাঁদা, झेंडू, ગલગોટા, ಚೆಂಡು ಹೂವು, ചെണ്ടുമല്ലി, ਗੇਂਦਾ, گیندا',
    'genda, genda phool, zendu, jhendu, galgota, banthi puvvu, chendu hoovu, chendumalli',
  ],
  [
    'Rose',
    ['Rose(Loose))', 'Rose(Local)', 'Rose(Tata)'],
    'गुलाब, ரோஜா, గులాబీ, গোলাপ, गुलाब, ગુલાબ, ಗುಲಾಬಿ, റോസ്, ਗੁਲਾਬ, گلاب',
    'rose flower, gulab, golap, roja',
  ],
  [
    'Jasmine',
    ['Jasmine'],
    'चमेली, மல்லிகை, మల్లె, জুঁই, मोगरा, મોગરો, ಮಲ್ಲಿಗೆ, മുല്ല, ਚਮੇਲੀ, چنبیلی',
    'chameli, mogra, mogro, malligai, mallige, malle puvvu, mullapoo',
  ],
  [
    'Chrysanthemum',
    ['Chrysanthemum', 'Chrysanthemum(Loose)'],
    'गुलदाउदी, சாமந்தி, చామంతి, চন্দ্রমল্লিকা, शेवंती, સેવંતી, ಸೇವಂತಿಗೆ, ജമന്തി, ਗੁਲਦਾਉਦੀ, گل داؤدی',
    'guldaudi, shevanti, sevanti, samanthi, chamanthi, sevantige, jamanthi',
  ],
  [
    'Tuberose',
    ['Tube Rose(Single)', 'Tube Rose(Double)', 'Tube Rose(Loose)'],
    'रजनीगंधा, சம்பங்கி, రజనీగంధ, রজনীগন্ধা, निशिगंध, રજનીગંધા, ಸುಗಂಧರಾಜ, ട്യൂബ് റോസ്, ਰਜਨੀਗੰਧਾ, رجنی گندھا',
    'tube rose, rajnigandha, sampangi, nishigandha, sugandharaja, gulchadi',
  ],
  [
    'Lotus',
    ['Lotus'],
    'कमल, தாமரை, తామర, পদ্ম, कमळ, કમળ, ತಾವರೆ, താമര, ਕਮਲ, کنول',
    'kamal phool, lotus flower, thamarai, tamara puvvu, tavare, thamara',
  ],
]);
