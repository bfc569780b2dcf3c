/** What fits no other category: fodder and starch. */
import { entriesOf } from '../rows.js';

export const other = entriesOf('other', [
  [
    'Sago',
    ['Sabu Dan'],
    'साबूदाना, ஜவ்வரிசி, సగ్గుబియ్యం, সাবুদানা, साबुदाणा, સાબુદાણા, ಸಾಬಕ್ಕಿ, ചൗവ്വരി, ਸਾਬੂਦਾਣਾ, سابودانہ',
    'sabudana, sabu dana, tapioca pearls, javvarisi, saggubiyyam, sabakki, chowwari',
  ],
  [
    'Green Fodder',
    ['Green Fodder'],
    'हरा चारा, பசுந்தீவனம், పచ్చి గడ్డి, সবুজ ঘাস, हिरवा चारा, લીલો ચારો, ಹಸಿರು ಮೇವು, പച്ചപ്പുല്ല്, ਹਰਾ ਚਾਰਾ, سبز چارہ',
    'hara chara, hirva chara, lilo charo, pasunthivanam, hasiru mevu',
  ],
  [
    'Dry Fodder',
    ['Dry Fodder'],
    'सूखा चारा, வைக்கோல், ఎండుగడ్డి, খড়, कडबा, સૂકો ચારો, ಒಣ ಮೇವು, വൈക്കോൽ, ਤੂੜੀ, بھوسہ',
    'straw, hay, bhusa, sukha chara, kadba, vaikkol, tudi',
  ],
]);
