import { describe, expect, it } from '@jest/globals';
import { isTraceParent, traceContext } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('the trace of a correlation id', () => {
  it('is the id itself, of a UUID', () => {
    const { traceId, parent, sampled } = traceContext('0198C7A2-1111-4222-8333-abcdefabcdef');
    expect({ traceId, parent, sampled }).toEqual({ traceId: '0198c7a21111422283' + '33abcdefabcdef' });
  });

  it('is what a traceparent says, with its parent and whether it is sampled', () => {
    expect(traceContext(`00-${TRACE}-${SPAN}-01`)).toMatchObject({ traceId: TRACE, parent: SPAN, sampled: true });
    expect(traceContext(`00-${TRACE}-${SPAN}-00`)).toMatchObject({ traceId: TRACE, parent: SPAN, sampled: false });
  });

  it('is the same for the same id, and another one for others', () => {
    const [one, again, other] = ['order-1', 'order-1', 'order-2'].map(traceContext);
    expect(one).toEqual(again);
    expect(one!.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(one!.requestSpan).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set([one!.traceId, other!.traceId, one!.requestSpan, other!.requestSpan]).size).toBe(4);
  });

  it.each([
    `00-${TRACE}-${SPAN}`,
    `01-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    undefined,
    ['00'],
  ])('is not said by %j', (text) => {
    expect(isTraceParent(text)).toBe(false);
  });
});
