/** Products of plantations and forests: betel, beverages, rubber, tobacco, timber. */
import { entriesOf } from '../rows.js';

export const plantationAndForest = entriesOf('plantation-and-forest', [
  [
    'Arecanut',
    ['Arecanut(Betelnut/Supari)'],
    'सुपारी, பாக்கு, వక్క, সুপারি, सुपारी, સોપારી, ಅಡಿಕೆ, അടയ്ക്ക, ਸੁਪਾਰੀ, چھالیہ',
    'areca nut, betel nut, betelnut, supari, sopari, pakku, vakka, adike, adakka, chhalia',
  ],
  [
    'Betel Leaf',
    ['Betal Leaves'],
    'पान, வெற்றிலை, తమలపాకు, পান, विड्याचे पान, નાગરવેલનાં પાન, ವೀಳ್ಯದೆಲೆ, വെറ്റില, ਪਾਨ, پان',
    'betel leaves, paan, paan patta, vetrilai, tamalapaku, nagarvel, veelyadele, vettila',
  ],
  ['Coffee', ['Coffee'], 'कॉफी, காபி, కాఫీ, কফি, कॉफी, કોફી, ಕಾಫಿ, കാപ്പി, ਕੌਫੀ, کافی', 'coffee beans, kaapi, kapi, kappi'],
  [
    'Tea',
    ['Tea'],
    'चाय, தேயிலை, తేయాకు, চা, चहा, ચા, ಚಹಾ, തേയില, ਚਾਹ, چائے',
    'tea leaves, chai, chai patti, chaha, theyilai, teyaku, theyila',
  ],
  [
    'Cocoa',
    ['Cocoa'],
    'कोको, கோகோ, కోకో, কোকো, कोको, કોકો, ಕೋಕೋ, കൊക്കോ, ਕੋਕੋ, کوکو',
    'cacao, cocoa beans, cocoa pods, koko',
  ],
  [
    'Rubber',
    ['Rubber'],
    'रबर, ரப்பர், రబ్బరు, রাবার, रबर, રબર, ರಬ್ಬರ್, റബ്ബർ, ਰਬੜ, ربڑ',
    'natural rubber, rabar, rabbar, rubber sheet',
  ],
  [
    'Tobacco',
    ['Tobacco'],
    'तंबाकू, புகையிலை, పొగాకు, তামাক, तंबाखू, તમાકુ, ಹೊಗೆಸೊಪ್ಪು, പുകയില, ਤੰਬਾਕੂ, تمباکو',
    'tambaku, tambakhu, pugaiyilai, pogaku, tamak, hogesoppu, pukayila',
  ],
  [
    'Mahua',
    ['Mahua'],
    'महुआ, இலுப்பை, ఇప్పపువ్వు, মহুয়া, मोहफूल, મહુડો, ಹಿಪ್ಪೆ, ഇലുപ്പ, ਮਹੂਆ, مہوا',
    'mahuwa, mahua flower, mohua, iluppai, ippa puvvu, mohphul, mahudo, hippe',
  ],
  ['Timber', ['Wood'], 'लकड़ी, மரக்கட்டை, కలప, কাঠ, लाकूड, લાકડું, ಮರಮುಟ್ಟು, തടി, ਲੱਕੜ, لکڑی', 'lakdi, lakri, lakud, kalapa'],
  [
    'Firewood',
    ['Firewood'],
    'जलाऊ लकड़ी, விறகு, వంటచెరకు, জ্বালানি কাঠ, सरपण, બળતણનું લાકડું, ಸೌದೆ, വിറക്, ਬਾਲਣ, جلانے کی لکڑی',
    'fire wood, fuel wood, jalau lakdi, viragu, viraku, saude',
  ],
  [
    'Bamboo',
    ['Bamboo'],
    'बांस, மூங்கில், వెదురు, বাঁশ, बांबू, વાંસ, ಬಿದಿರು, മുള, ਬਾਂਸ, بانس',
    'baans, moongil, veduru, bidiru, bambu',
  ],
]);
