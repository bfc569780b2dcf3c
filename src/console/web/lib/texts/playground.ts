/** Rooms and searches to listen to. */
export const PLAYGROUND_TEXTS = {
  'playground.title': { en: 'Listen', hi: 'सुनें' },
  'playground.what': { en: 'To what', hi: 'किसे' },
  'playground.general': { en: 'Everything', hi: 'सब कुछ' },
  'playground.category': { en: 'A category', hi: 'एक श्रेणी' },
  'playground.vendor': { en: 'A vendor', hi: 'एक विक्रेता' },
  'playground.search': { en: 'A search', hi: 'एक खोज' },
  'playground.value': { en: 'Which', hi: 'कौन-सा' },
  'playground.start': { en: 'Listen', hi: 'सुनें' },
  'playground.stop': { en: 'Stop', hi: 'रुकें' },
  'playground.pause': { en: 'Hold still', hi: 'थामें' },
  'playground.messages': { en: 'Messages: {n}', hi: 'संदेश: {n}' },
  'playground.nothing': { en: 'Nothing has come yet.', hi: 'अभी कुछ नहीं आया।' },
  'playground.code': { en: 'The same as a program', hi: 'यही प्रोग्राम में' },
  'playground.curl': { en: 'The same by curl', hi: 'यही curl से' },
  'playground.copy': { en: 'Copy', hi: 'कॉपी करें' },
  'playground.copied': { en: 'Copied', hi: 'कॉपी हुआ' },
} as const;
