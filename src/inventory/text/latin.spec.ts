import { describe, expect, it } from '@jest/globals';
import { latinOf } from './latin.js';
import { wordsOf } from './words.js';

describe('latinOf', () => {
  it.each([
    ['Devanagari', 'टमाटर', 'tamatar'],
    ['Devanagari, silent schwa', 'इलायची', 'ilaychi'],
    ['Devanagari, h of its own', 'दही', 'dahi'],
    ['Bengali', 'পেঁয়াজ', 'peyaja'],
    ['Assamese', 'আৰু', 'aru'],
    ['Gujarati', 'ડુંગળી', 'dungali'],
    ['Gurmukhi', 'ਪਿਆਜ਼', 'piaj'],
    ['Gurmukhi, doubled', 'ਮੱਕੀ', 'makki'],
    ['Gurmukhi, nasal', 'ਮੂੰਗ', 'mung'],
    ['Tamil', 'வெங்காயம்', 'vengayam'],
    ['Telugu', 'అల్లం', 'allam'],
    ['Kannada', 'ಈರುಳ್ಳಿ', 'irulli'],
    ['Malayalam', 'മഞ്ഞൾ', 'manjal'],
    ['Malayalam, final virama', 'മുളക്', 'mulaku'],
    ['Urdu', 'پیاز', 'pyaz'],
    ['digits', '१२', '12'],
    ['Latin', 'Jalapeño', 'jalapeno'],
    ['nothing to write', '\u302E', ''],
  ])('writes %s: %s', (_, text, latin) => {
    expect(latinOf(wordsOf(text)[0] ?? text)).toBe(latin);
  });
});
