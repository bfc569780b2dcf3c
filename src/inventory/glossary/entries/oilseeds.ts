/** Oilseeds, copra and other seeds pressed or milled by industry. */
import { entriesOf } from '../rows.js';

export const oilseeds = entriesOf('oilseeds', [
  [
    'Mustard',
    ['Mustard', 'Indian Colza(Sarson)', 'Rayee'],
    'सरसों, கடுகு, ఆవాలు, সরিষা, मोहरी, રાયડો, ಸಾಸಿವೆ, കടുക്, ਸਰ੍ਹੋਂ, سرسوں',
    'mustard seed, sarson, sarso, rai, raida, kadugu, avalu, shorshe, mohri, sasive, kaduku',
  ],
  [
    'Soybean',
    ['Soyabean'],
    'सोयाबीन, சோயாபீன்ஸ், సోయాబీన్, সয়াবিন, सोयाबीन, સોયાબીન, ಸೋಯಾಬೀನ್, സോയാബീൻ, ਸੋਇਆਬੀਨ, سویابین',
    'soyabean, soya bean, soy bean, soya, soyabin',
  ],
  [
    'Groundnut',
    ['Groundnut', 'Ground Nut Seed', 'Groundnut (Split)', 'Groundnut pods (raw)'],
    'मूंगफली, நிலக்கடலை, వేరుశనగ, চিনাবাদাম, भुईमूग, મગફળી, ಕಡಲೆಕಾಯಿ, നിലക്കടല, ਮੂੰਗਫਲੀ, مونگ پھلی',
    'peanut, ground nut, moongphali, mungfali, shengdana, bhuimug, magfali, verkadalai, nilakadalai, verusanaga, chinabadam, shenga, kappalandi',
  ],
  [
    'Sesame',
    ['Sesamum(Sesame,Gingelly,Til)'],
    'तिल, எள், నువ్వులు, তিল, तीळ, તલ, ಎಳ್ಳು, എള്ള്, ਤਿਲ, تل',
    'sesamum, gingelly, til, sesame seed, nuvvulu, ellu',
  ],
  [
    'Castor Seed',
    ['Castor Seed'],
    'अरंडी, ஆமணக்கு, ఆముదాలు, রেড়ি, एरंड, એરંડા, ಹರಳು, ആവണക്ക്, ਅਰਿੰਡ, ارنڈی',
    'castor, arandi, erandi, amanakku, amudalu, eranda, divela, avanakku',
  ],
  [
    'Linseed',
    ['Linseed', 'Flax seeds'],
    'अलसी, ஆளி விதை, అవిసె గింజలు, তিসি, जवस, અળસી, ಅಗಸೆ ಬೀಜ, ചണവിത്ത്, ਅਲਸੀ, السی',
    'flax, flaxseed, flax seed, alsi, tisi, jawas, javas, ali vidhai, avise ginjalu, agase beeja',
  ],
  [
    'Sunflower',
    ['Sunflower', 'Sunflower Seed'],
    'सूरजमुखी, சூரியகாந்தி, పొద్దుతిరుగుడు, সূর্যমুখী, सूर्यफूल, સૂરજમુખી, ಸೂರ್ಯಕಾಂತಿ, സൂര്യകാന്തി, ਸੂਰਜਮੁਖੀ, سورج مکھی',
    'sunflower seed, surajmukhi, suryaphool, suryakanti, suryakanthi, poddutirugudu',
  ],
  [
    'Safflower',
    ['Safflower'],
    'कुसुम, குசும்பா, కుసుమలు, কুসুম, करडई, કસુંબી, ಕುಸುಬೆ, കുസുംഭം, ਕਸੁੰਭਾ, کسم',
    'kardi, kardai, kusum seed, kusumalu, kusube, kasumbi',
  ],
  [
    'Niger Seed',
    ['Niger Seed (Ramtil)', 'Gurellu'],
    'रामतिल, பேயெள்ளு, వెర్రి నువ్వులు, রামতিল, कारळे, રામતલ, ಹುಚ್ಚೆಳ್ಳು, ഉച്ചെള്ള്, ਰਾਮਤਿਲ, رام تل',
    'niger, ramtil, karale, khurasani, verri nuvvulu, valisalu, huchellu, gurellu',
  ],
  [
    'Cotton Seed',
    ['Cotton Seed'],
    'बिनौला, பருத்தி விதை, పత్తి గింజలు, তুলা বীজ, सरकी, કપાસિયા, ಹತ್ತಿ ಬೀಜ, പരുത്തിക്കുരു, ਵੜੇਵੇਂ, بنولہ',
    'cottonseed, binola, binaula, sarki, kapasia, paruthi vidhai, hatti beeja',
  ],
  [
    'Copra',
    ['Copra'],
    'खोपरा, கொப்பரை, ఎండు కొబ్బరి, শুকনো নারকেল, खोबरे, કોપરા, ಕೊಬ್ಬರಿ, കൊപ്ര, ਖੋਪਾ, کھوپرا',
    'dry coconut, khopra, kopra, khobra, kopparai, endu kobbari, kobbari, sukha nariyal',
  ],
  [
    'Guar Seed',
    ['Guar Seed(Cluster Beans Seed)'],
    'ग्वार, கொத்தவரை விதை, గోరుచిక్కుడు గింజలు, গুয়ার বীজ, गवार बी, ગુવાર બીજ, ಗೋರಿಕಾಯಿ ಬೀಜ, കൊത്തമര വിത്ത്, ਗੁਆਰਾ, گوار بیج',
    'cluster bean seed, cluster beans seed, guar gum seed, gwar seed, guvar seed, guara',
  ],
  [
    'Neem Seed',
    ['Neem Seed'],
    'निबौली, வேப்பங்கொட்டை, వేప గింజలు, নিম বীজ, निंबोळी, લીંબોળી, ಬೇವಿನ ಬೀಜ, വേപ്പിൻകുരു, ਨਿਮੋਲੀ, نبولی',
    'neem seeds, niboli, nimboli, limboli, vepankottai, bevina beeja',
  ],
]);
