import { describe, expect, it } from 'vitest'
import { numbersOf, sourceOf } from '#core/quality/numbers.ts'
import { beijingDay, delayMinutes, recordCounts } from '#core/quality/record-counts.ts'
import { scoreOf } from '#core/quality/score.ts'

const at = (text: string): number => Date.parse(text)
const none = { document: { of: 0, matched: 0 }, voucher: { of: 0, matched: 0 }, lot: { of: 0, matched: 0 } }

describe('the delay of a record', () => {
  it.each([
    ['second', '2024-04-15T03:00:00+08:00', '2024-04-15T03:00:00+08:00', 0],
    ['second', '2024-04-15T03:00:00+08:00', '2024-04-15T03:00:01+08:00', 1],
    ['second', '2024-04-15T03:00:00+08:00', '2024-04-15T02:00:00+08:00', 0],
    ['minute', '2024-04-15T03:00:00+08:00', '2024-04-15T03:02:00+08:00', 1],
    ['day', '2024-04-15T00:00:00+08:00', '2024-04-15T23:00:00+08:00', 0],
    ['day', '2024-04-15T00:00:00+08:00', '2024-04-16T01:00:00+08:00', 60],
    ['second', '2024-04-15T00:00:00+08:00', '2024-04-16T00:00:00+08:00', 1440],
    ['second', '2024-04-15T00:00:00+08:00', '2024-04-16T00:01:00+08:00', 1500],
    ['second', '2024-01-01T00:00:00+08:00', '2024-03-01T00:30:00+08:00', 61 * 1440],
    ['second', '2010-01-01T00:00:00+08:00', '2024-03-01T00:30:00+08:00', 366 * 1440],
  ] as const)('known to the %s: %s received %s is %i minutes', (precision, occurred, received, minutes) => {
    const times = { occurredAtMs: at(occurred), receivedAtMs: at(received) }
    expect(delayMinutes(precision, times)).toBe(minutes)
  })

  it('is not told where the time is known to the month only, or not at all', () => {
    expect(delayMinutes('month', { occurredAtMs: 0, receivedAtMs: 1 })).toBeNull()
    expect(delayMinutes('second', { occurredAtMs: Number.NaN, receivedAtMs: 1 })).toBeNull()
    expect(delayMinutes(undefined, { occurredAtMs: 0, receivedAtMs: 1 })).toBeNull()
  })
})

it('a day begins at midnight in Beijing', () => {
  expect(beijingDay(at('2024-04-14T15:59:59.999Z'))).toBe('2024-04-14')
  expect(beijingDay(at('2024-04-14T16:00:00.000Z'))).toBe('2024-04-15')
  expect(beijingDay(at('2000-02-28T16:00:00.000Z'))).toBe('2000-02-29')
})

it('a part is asked only of the kinds that can have it, and may stand on either side of a transformation', () => {
  const when = { isFirst: false, receivedAtMs: 0, occurredAtMs: 0 }
  expect([...recordCounts('payment', { flags: ['W_AREA_UNKNOWN'] }, when)]).toEqual([
    ['records', 1],
    ['records.flagged', 1],
    ['flags', 1],
    ['part.region.of', 1],
    ['corrected', 1],
  ])
  const cut = {
    flags: [],
    input: { product: { class: 'pork' }, lots: [] },
    output: { quantity: { unit: 'KGM' as const, value: '1' } },
  }
  const counts = recordCounts('transformation', cut, when)
  expect(counts.get('part.productClass')).toBe(1)
  expect(counts.get('part.quantity')).toBe(1)
  expect(counts.get('part.lots')).toBeUndefined()
  expect(counts.get('part.documents.of')).toBeUndefined()
})

it('a quantity that could not be read is none', () => {
  const when = { isFirst: true, receivedAtMs: 0, occurredAtMs: Number.NaN }
  const counts = recordCounts('sale', { flags: [], quantity: { unit: 'KGM', value: null } }, when)
  expect(counts.get('part.quantity')).toBeUndefined()
  expect(counts.get('part.quantity.of')).toBe(1)
})

it('the score of nothing judges nothing', () => {
  const score = scoreOf(new Map(), none)
  expect(score.completeness.score).toBeNull()
  expect(score.timeliness).toEqual({
    within24h: { count: 0, of: 0, share: null },
    p50Minutes: null,
    p95Minutes: null,
  })
  expect(score.match.lot.share).toBeNull()
})

it('percentiles are the least minutes within which so many came', () => {
  const counts = new Map([
    ['delay.0', 1],
    ['delay.10', 8],
    ['delay.1500', 11],
  ])
  expect(scoreOf(counts, none).timeliness).toEqual({
    within24h: { count: 9, of: 20, share: 0.45 },
    p50Minutes: 1500,
    p95Minutes: 1500,
  })
  expect(scoreOf(new Map([...counts, ['delay.10', 9]]), none).timeliness.p50Minutes).toBe(1500)
  expect(scoreOf(new Map([...counts, ['delay.10', 10]]), none).timeliness.p50Minutes).toBe(10)
})

it('numbers are told apart by what they are numbers of; a bill and its payment are one source', () => {
  expect(
    numbersOf({
      flags: [],
      documents: [
        { role: 'upstream', type: 'promise_cert', number: 'C1', sources: ['C0'] },
        { role: 'voucher', type: 'sales_voucher', number: 'V1' },
      ],
      lots: [{ role: 'subject', scheme: 'local.one', value: 'L1' }],
    }),
  ).toEqual(
    expect.arrayContaining([
      { code: 'doc:C1', type: 'document' },
      { code: 'doc:C0', type: 'document' },
      { code: 'doc:V1', type: 'voucher' },
      { code: 'local.one:L1', type: 'lot' },
    ]),
  )
  expect(sourceOf('urn:cnft:sale:one:trade:1')).toBe(sourceOf('urn:cnft:payment:one:trade:1'))
  expect(sourceOf('urn:cnft:sale:one:trade:1')).not.toBe(sourceOf('urn:cnft:sale:two:trade:1'))
})
