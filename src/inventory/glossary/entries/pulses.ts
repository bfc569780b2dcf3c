/** Pulses: whole grain legumes, their split dals and gram flour. */
import { entriesOf } from '../rows.js';

export const pulses = entriesOf('pulses', [
  [
    'Chickpea',
    ['Bengal Gram(Gram)(Whole)'],
    'चना, கொண்டைக்கடலை, శనగలు, ছোলা, हरभरा, ચણા, ಕಡಲೆಕಾಳು, കടല, ਛੋਲੇ, چنا',
    'bengal gram, chana, desi chana, kala chana, black chana, kondakadalai, sanagalu, senagalu, chola, harbhara, kadale kalu',
  ],
  [
    'Chana Dal',
    ['Bengal Gram Dal (Chana Dal)'],
    'चना दाल, கடலைப்பருப்பு, శనగపప్పు, ছোলার ডাল, हरभरा डाळ, ચણાની દાળ, ಕಡಲೆಬೇಳೆ, കടലപ്പരിപ്പ്, ਛੋਲਿਆਂ ਦੀ ਦਾਲ, چنے کی دال',
    'bengal gram dal, split chickpea, chane ki dal, kadalai paruppu, sanaga pappu, senaga pappu, cholar dal, kadale bele',
  ],
  [
    'Kabuli Chana',
    ['Kabuli Chana(Chickpeas-White)'],
    'काबुली चना, வெள்ளை கொண்டைக்கடலை, కాబూలీ శనగలు, কাবুলি ছোলা, काबुली चणा, કાબુલી ચણા, ಕಾಬೂಲಿ ಕಡಲೆ, വെള്ളക്കടല, ਕਾਬਲੀ ਛੋਲੇ, کابلی چنا',
    'white chickpea, chickpeas white, white chana, garbanzo, chole, chhole, dollar chana',
  ],
  [
    'Gram Flour',
    ['Gramflour'],
    'बेसन, கடலை மாவு, శనగపిండి, বেসন, बेसन, બેસન, ಕಡಲೆಹಿಟ್ಟು, കടലമാവ്, ਬੇਸਨ, بیسن',
    'gramflour, chickpea flour, besan, kadalai maavu, sanaga pindi, senaga pindi, kadale hittu',
  ],
  [
    'Pigeon Pea',
    ['Arhar (Tur/Red Gram)(Whole)'],
    'अरहर, துவரை, కందులు, অড়হর, तूर, તુવેર, ತೊಗರಿ, തുവര, ਅਰਹਰ, ارہر',
    'red gram, arhar, tur, toor, tuar, tuver, thuvarai, kandulu, togari, orhor',
  ],
  [
    'Toor Dal',
    ['Arhar Dal(Tur Dal)'],
    'अरहर दाल, துவரம்பருப்பு, కందిపప్పు, অড়হর ডাল, तूर डाळ, તુવેર દાળ, ತೊಗರಿಬೇಳೆ, തുവരപ്പരിപ്പ്, ਅਰਹਰ ਦੀ ਦਾਲ, ارہر دال',
    'arhar dal, tur dal, tuar dal, tuvar dal, red gram dal, thuvaram paruppu, kandi pappu, togari bele',
  ],
  [
    'Lentil',
    ['Lentil (Masur)(Whole)'],
    'मसूर, மசூர், మసూర్, মসুর, मसूर, મસૂર, ಮಸೂರ, മസൂർ, ਮਸਰ, مسور',
    'masoor, masur, masoor whole, sabut masoor, massar',
  ],
  [
    'Masoor Dal',
    ['Masur Dal'],
    'मसूर दाल, மைசூர் பருப்பு, మసూర్ పప్పు, মসুর ডাল, मसूर डाळ, મસૂર દાળ, ಮಸೂರ್ ಬೇಳೆ, മസൂർ പരിപ്പ്, ਮਸਰਾਂ ਦੀ ਦਾਲ, مسور کی دال',
    'masur dal, red lentil, mysore paruppu, misur pappu, masur daal, masoor daal',
  ],
  [
    'Black Gram',
    ['Black Gram (Urd Beans)(Whole)'],
    'उड़द, உளுந்து, మినుములు, মাষকলাই, उडीद, અડદ, ಉದ್ದು, ഉഴുന്ന്, ਮਾਂਹ, ماش',
    'urad, urd, udid, urd beans, ulundu, minumulu, mashkalai, adad, uddu, uzhunnu',
  ],
  [
    'Urad Dal',
    ['Black Gram Dal (Urd Dal)'],
    'उड़द दाल, உளுத்தம்பருப்பு, మినపప్పు, বিউলির ডাল, उडीद डाळ, અડદની દાળ, ಉದ್ದಿನಬೇಳೆ, ഉഴുന്നുപരിപ്പ്, ਮਾਂਹ ਦੀ ਦਾਲ, ماش کی دال',
    'urd dal, udid dal, black gram dal, ulutham paruppu, minapappu, biulir dal, uddina bele',
  ],
  [
    'Green Gram',
    ['Green Gram (Moong)(Whole)'],
    'मूंग, பச்சைப்பயறு, పెసలు, মুগ, मूग, મગ, ಹೆಸರುಕಾಳು, ചെറുപയർ, ਮੂੰਗੀ, مونگ',
    'moong, mung, moong beans, mung beans, pachai payaru, pesalu, hesaru kalu, cherupayar',
  ],
  [
    'Moong Dal',
    ['Green Gram Dal (Moong Dal)'],
    'मूंग दाल, பாசிப்பருப்பு, పెసరపప్పు, মুগ ডাল, मूग डाळ, મગની દાળ, ಹೆಸರುಬೇಳೆ, ചെറുപയർ പരിപ്പ്, ਮੂੰਗੀ ਦੀ ਦਾਲ, مونگ کی دال',
    'mung dal, mug dal, green gram dal, pasi paruppu, payatham paruppu, pesara pappu, hesaru bele',
  ],
  [
    'Dry Peas',
    ['Peas(Dry)', 'White Peas', 'Field Pea'],
    'सूखा मटर, காய்ந்த பட்டாணி, ఎండు బఠానీ, শুকনো মটর, सुके वाटाणे, સૂકા વટાણા, ಒಣ ಬಟಾಣಿ, ഉണക്ക പട്ടാണി, ਸੁੱਕੇ ਮਟਰ, سوکھے مٹر',
    'dried peas, peas dry, field peas, sukha matar, safed matar, safed vatana, white vatana',
  ],
  [
    'Cowpea',
    ['Cowpea (Lobia/Karamani)', 'Alasande Gram'],
    'लोबिया, காராமணி, బొబ్బర్లు, বরবটি বীজ, चवळी, ચોળા, ಅಲಸಂದೆ, വൻപയർ, ਲੋਬੀਆ, لوبیا',
    'black eyed peas, black eyed beans, lobia, lobiya, rongi, raungi, karamani, bobbarlu, alasandalu, chavli, chawli, vanpayar',
  ],
  [
    'Kidney Beans',
    [],
    'राजमा, ராஜ்மா, రాజ్మా, রাজমা, राजमा, રાજમા, ರಾಜ್ಮಾ, രാജ്മ, ਰਾਜਮਾਂਹ, راجما',
    'rajma, rajmah, rajmash, red kidney beans',
  ],
  [
    'Horse Gram',
    ['Kulthi(Horse Gram)'],
    'कुलथी, கொள்ளு, ఉలవలు, কুলথি কলাই, कुळीथ, કળથી, ಹುರುಳಿಕಾಳು, മുതിര, ਕੁਲਥੀ, کلتھی',
    'kulthi, kollu, ulavalu, kulith, hulga, kalthi, hurali, muthira, gahat',
  ],
  [
    'Grass Pea',
    ['Lak(Teora)'],
    'खेसारी, கேசரி பருப்பு, కేసరి పప్పు, খেসারি, लाखोळी, લાંગ, ಕೇಸರಿ ಬೇಳೆ, കേസരി പരിപ്പ്, ਖੇਸਾਰੀ, کھیساری',
    'khesari, khesari dal, teora, tiwda, lakh dal, lakholi',
  ],
]);
