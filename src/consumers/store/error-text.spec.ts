import { describe, expect, it } from '@jest/globals';
import { errorText } from './error-text.js';

describe('errorText', () => {
  it('is what PostgreSQL can store of whatever was thrown', () => {
    expect(errorText(new Error('a\0b\ud800'))).toBe('ab\ufffd');
    expect(errorText('x'.repeat(2_000))).toHaveLength(1_000);
    expect(errorText(undefined)).toBe('undefined');
  });
});
