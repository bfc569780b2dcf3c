/** Fibres of plants and animals. */
import { entriesOf } from '../rows.js';

export const fibres = entriesOf('fibres', [
  [
    'Cotton',
    ['Cotton'],
    'कपास, பருத்தி, పత్తి, তুলা, कापूस, કપાસ, ಹತ್ತಿ, പരുത്തി, ਕਪਾਹ, کپاس',
    'kapas, kapus, kapah, narma, paruthi, hatti, raw cotton',
  ],
  [
    'Jute',
    ['Jute'],
    'जूट, சணல், జనపనార, পাট, ताग, શણ, ಸೆಣಬು, ചണം, ਪਟਸਨ, پٹ سن',
    'patsan, sanal, janapanara, senabu, chanam',
  ],
  ['Wool', ['Wool'], 'ऊन, கம்பளி, ఉన్ని, পশম, लोकर, ઊન, ಉಣ್ಣೆ, കമ്പിളി, ਉੱਨ, اون', 'sheep wool, raw wool, lokar, unni, unne'],
]);
