import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchFacts, whatsAfter } from '#core/lineage/matching.ts'
import { nightsAfter, nightsBefore } from '#core/lineage/nights.ts'
import type { Body } from '#core/model/body.ts'

const on = (day: string): Body => ({
  flags: [],
  occurredAt: { at: `${day}T05:31:00+08:00`, precision: 'second' },
  product: { name: '菠菜' },
  sites: [
    { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
    { role: 'stall', name: 'A-023', ids: [] },
  ],
})
const dayOf = (days: number): string =>
  new Date(Date.UTC(2024, 0, 1) + days * 864e5).toISOString().slice(0, 10)

test('goods may have stayed from the three days before, the nearest first, over ends of months and years', () => {
  expect(nightsBefore('2024-03-01')).toEqual(['2024-02-29', '2024-02-28', '2024-02-27'])
  expect(nightsAfter('2024-12-30')).toEqual(['2024-12-31', '2025-01-01', '2025-01-02'])
})

test('an entry touches the tests of just those days that ask for what came on its own', () => {
  fc.assert(
    fc.property(fc.nat(800), fc.integer({ min: -5, max: 5 }), (day, later) => {
      const entry = matchFacts('entry', 'urn:cnft:entry:s:r:1', on(dayOf(day))).points
      const points = matchFacts('test', 'urn:cnft:test:s:r:1', on(dayOf(day + later))).points
      const came = entry.find(({ side }) => side === 'here')?.what
      const asks = points.some(({ side, what }) => side === 'overnight' && what === came)
      const own = points.find(({ side }) => side === 'tested')?.what as string
      expect(asks).toBe(later >= 1 && later <= 3)
      expect(whatsAfter(on(dayOf(day))).includes(own)).toBe(asks)
    }),
  )
})
