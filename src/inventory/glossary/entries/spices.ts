/** Spices and condiments, garlic and dried chillies among them. */
import { entriesOf } from '../rows.js';

export const spices = entriesOf('spices', [
  [
    'Garlic',
    ['Garlic'],
    'लहसुन, பூண்டு, వెల్లుల్లి, রসুন, लसूण, લસણ, ಬೆಳ್ಳುಳ್ಳಿ, വെളുത്തുള്ളി, ਲਸਣ, لہسن',
    'lahsun, lehsun, lasun, lasan, poondu, vellulli, rosun, bellulli, veluthulli',
  ],
  [
    'Dry Ginger',
    ['Ginger(Dry)'],
    'सोंठ, சுக்கு, శొంఠి, শুঁট, सुंठ, સૂંઠ, ಒಣ ಶುಂಠಿ, ചുക്ക്, ਸੁੰਢ, سونٹھ',
    'dried ginger, sonth, saunth, sunth, sukku, sonti, chukku, ona shunti',
  ],
  [
    'Dry Chilli',
    ['Dry Chillies', 'Chili Red'],
    'लाल मिर्च, வரமிளகாய், ఎండుమిర్చి, শুকনো লঙ্কা, लाल मिरची, સૂકાં મરચાં, ಒಣ ಮೆಣಸಿನಕಾಯಿ, വറ്റൽമുളക്, ਲਾਲ ਮਿਰਚ, لال مرچ',
    'chilli, chili, chilly, red chilli, red chili, red chilly, dried chilli, dry chilly, mirch, mirchi, lal mirch, lal mirchi, varamilagai, endu mirchi, vattalmulaku',
  ],
  [
    'Black Pepper',
    ['Black pepper', 'Pepper ungarbled', 'Pepper garbled'],
    'काली मिर्च, மிளகு, మిరియాలు, গোলমরিচ, काळी मिरी, મરી, ಕಾಳು ಮೆಣಸು, കുരുമുളക്, ਕਾਲੀ ਮਿਰਚ, کالی مرچ',
    'pepper, kali mirch, kali mirchi, kali miri, milagu, miriyalu, golmorich, kalu menasu, kurumulaku',
  ],
  [
    'Turmeric',
    ['Turmeric', 'Turmeric (raw)'],
    'हल्दी, மஞ்சள், పసుపు, হলুদ, हळद, હળદર, ಅರಿಶಿನ, മഞ്ഞൾ, ਹਲਦੀ, ہلدی',
    'haldi, halad, haldar, manjal, pasupu, holud, arishina',
  ],
  [
    'Coriander Seed',
    ['Corriander seed'],
    'धनिया, கொத்தமல்லி விதை, ధనియాలు, ধনে, धणे, ધાણા, ಕೊತ್ತಂಬರಿ ಬೀಜ, മല്ലി, ਧਨੀਆ, دھنیا',
    'dhania, dhaniya, dhana, dhane, dhaniyalu, kothamalli vidhai, kottambari beeja, malli',
  ],
  [
    'Cumin',
    ['Cummin Seed(Jeera)'],
    'जीरा, சீரகம், జీలకర్ర, জিরে, जिरे, જીરું, ಜೀರಿಗೆ, ജീരകം, ਜੀਰਾ, زیرہ',
    'cumin seed, cummin, cummin seed, jeera, jira, zeera, seeragam, jeelakarra, jeerige, jeerakam',
  ],
  [
    'Fenugreek Seed',
    ['Methi Seeds'],
    'मेथी दाना, வெந்தயம், మెంతులు, মেথি, मेथी दाणे, મેથી દાણા, ಮೆಂತ್ಯ, ഉലുവ, ਮੇਥੀ ਦਾਣਾ, میتھی دانہ',
    'methi dana, methi seed, vendhayam, menthulu, menthya, uluva',
  ],
  [
    'Fennel',
    ['Soanf'],
    'सौंफ, சோம்பு, సోంపు, মৌরি, बडीशेप, વરિયાળી, ಸೋಂಪು, പെരുംജീരകം, ਸੌਂਫ, سونف',
    'fennel seed, saunf, sonf, sombu, sompu, mouri, badishep, variyali, perumjeerakam',
  ],
  [
    'Ajwain',
    ['Ajwan'],
    'अजवाइन, ஓமம், వాము, জোয়ান, ओवा, અજમો, ಓಂಕಾಳು, അയമോദകം, ਅਜਵਾਇਣ, اجوائن',
    'carom, carom seed, ajowan, omam, vamu, ajmo, omkalu, ayamodakam',
  ],
  [
    'Nigella',
    ['nigella'],
    'कलौंजी, கருஞ்சீரகம், నల్ల జీలకర్ర, কালোজিরা, कलौंजी, કલોંજી, ಕಪ್ಪು ಜೀರಿಗೆ, കരിഞ്ചീരകം, ਕਲੌਂਜੀ, کلونجی',
    'nigella seed, black cumin, kalonji, kalaunji, karunjeeragam, nalla jeelakarra, kalojira, karinjeerakam',
  ],
  [
    'Isabgol',
    ['Isabgul (Psyllium)'],
    'इसबगोल, இசப்கோல், ఇసబ్గోల్, ইসবগুল, इसबगोल, ઇસબગુલ, ಇಸಬ್ಗೋಲ್, ഇസബ്ഗോൾ, ਇਸਬਗੋਲ, اسپغول',
    'isabgul, psyllium, psyllium husk, ispaghol, isubgol',
  ],
  [
    'Cardamom',
    ['Cardamoms'],
    'इलायची, ஏலக்காய், యాలకులు, এলাচ, वेलची, એલચી, ಏಲಕ್ಕಿ, ഏലക്ക, ਇਲਾਇਚੀ, الائچی',
    'elaichi, ilaichi, elachi, velchi, elakkai, elam, yalakulu, elach, elakki, elakka',
  ],
  [
    'Clove',
    ['Cloves'],
    'लौंग, கிராம்பு, లవంగాలు, লবঙ্গ, लवंग, લવિંગ, ಲವಂಗ, ഗ്രാമ്പൂ, ਲੌਂਗ, لونگ',
    'laung, lavang, laving, krambu, kirambu, lavangam, lavangalu, grampoo',
  ],
  [
    'Cinnamon',
    ['Cinamon(Dalchini)'],
    'दालचीनी, பட்டை, దాల్చిన చెక్క, দারুচিনি, दालचिनी, તજ, ದಾಲ್ಚಿನ್ನಿ, കറുവപ്പട്ട, ਦਾਲਚੀਨੀ, دار چینی',
    'cinamon, dalchini, darchini, pattai, dalchina chekka, karuvapatta',
  ],
  [
    'Bay Leaf',
    ['Bay leaf (Tejpatta)'],
    'तेज पत्ता, பிரியாணி இலை, బిర్యానీ ఆకు, তেজপাতা, तमालपत्र, તમાલપત્ર, ಪಲಾವ್ ಎಲೆ, വഴനയില, ਤੇਜ ਪੱਤਾ, تیز پات',
    'bay leaves, tej patta, tejpatta, tejpata, biryani leaf, tamalpatra, pulao ele, vazhanayila',
  ],
  [
    'Nutmeg',
    ['Nutmeg'],
    'जायफल, ஜாதிக்காய், జాజికాయ, জায়ফল, जायफळ, જાયફળ, ಜಾಯಿಕಾಯಿ, ജാതിക്ക, ਜਾਇਫਲ, جائفل',
    'jaiphal, jayphal, jathikai, jajikaya, jayikai, jathikka',
  ],
  [
    'Mace',
    ['Mace'],
    'जावित्री, ஜாதிபத்திரி, జాపత్రి, জয়ত্রী, जायपत्री, જાવંત્રી, ಜಾಪತ್ರೆ, ജാതിപത്രി, ਜਾਵਿੱਤਰੀ, جاوتری',
    'javitri, jaypatri, jathipathiri, japatri, jathipathri',
  ],
  [
    'Poppy Seed',
    ['poppy seeds'],
    'खसखस, கசகசா, గసగసాలు, পোস্ত, खसखस, ખસખસ, ಗಸಗಸೆ, കശകശ, ਖਸਖਸ, خشخاش',
    'khaskhas, khas khas, khus khus, posto, kasakasa, gasagasalu, gasagase, kashakasha',
  ],
  [
    'Tamarind',
    ['Tamarind Fruit'],
    'इमली, புளி, చింతపండు, তেঁতুল, चिंच, આમલી, ಹುಣಸೆಹಣ್ಣು, പുളി, ਇਮਲੀ, املی',
    'imli, puli, chintapandu, tetul, chinch, aamli, hunase hannu, hunasehannu',
  ],
]);
