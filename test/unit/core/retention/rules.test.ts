import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FAMILIES,
  FAMILY_NAMES,
  type KeptMonth,
  keptFrom,
  monthsToDrop,
  wholeRetention,
} from '#core/retention/rules.ts'

const NOW = Date.UTC(2026, 10, 26)
const month = (table: string, back: number): KeptMonth => ({
  table,
  name: `${table}_${back}`,
  fromMs: Date.UTC(2026, 10 - back, 1),
  untilMs: Date.UTC(2026, 11 - back, 1),
})

describe('months that may be dropped', () => {
  it('what the rules keep is the month that runs and so many whole months before it', () => {
    const months = [0, 1, 6, 7, 8].map((back) => month('messages', back))
    const rules = wholeRetention({ messages: 6 })
    expect(monthsToDrop(months, { rules, holds: [], nowMs: NOW }).map(({ name }) => name)).toEqual([
      'messages_8',
      'messages_7',
    ])
  })

  it('a hold keeps its own time and everything behind it, of every table', () => {
    const months = [10, 9, 8, 7].flatMap((back) => [month('messages', back), month('message_parts', back)])
    const at = Date.UTC(2026, 1, 14)
    const rules = wholeRetention({ messages: 6 })
    const dropped = monthsToDrop(months, { rules, holds: [{ fromMs: at, untilMs: at + 1 }], nowMs: NOW })
    expect(dropped.map(({ name }) => name)).toEqual(['messages_10', 'message_parts_10'])
  })

  it('tables of no family are never dropped', () => {
    expect(
      monthsToDrop([month('record_versions', 500)], { rules: wholeRetention({}), holds: [], nowMs: NOW }),
    ).toEqual([])
  })

  it('on day 183 what came on day 0 is there, whatever the rules may say, and three years of what was given to others', () => {
    const day = 86_400_000
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 24 * 366 * 40 }),
        fc.constantFrom(...FAMILY_NAMES),
        fc.integer({ min: 0, max: 100 }),
        (after, family, more) => {
          const cameMs = Date.UTC(2001, 0, 1) + after * 3_600_000
          const nowMs = cameMs + (family === 'messages' ? 183 : 3 * 365) * day
          expect(keptFrom(nowMs, FAMILIES[family].least + more)).toBeLessThanOrEqual(cameMs)
        },
      ),
    )
  })
})
