import { expect, test } from 'vitest'
import { type BesideLots, isAllGone } from '#core/lineage/disposed.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'

let n = 0
const told = (kind: TracedRecord['kind'], lots: string, kilograms: string | null, body: Partial<Body> = {}) =>
  ({
    ...{ id: `r${n++}`, version: 1, kind, system: 'market', status: 'active' },
    receivedAt: '2026-03-03T00:00:00Z',
    body: {
      flags: [],
      lots: [...lots].map((value) => ({ role: 'subject', scheme: 'cn.mofcom.batch16', value })),
      ...(kilograms === null ? {} : { quantity: { value: kilograms, unit: 'KGM' } }),
      ...body,
    },
  }) as TracedRecord
const destroyed = (lots: string, kilograms: string | null) =>
  told('disposal', lots, kilograms, { disposalKind: 'destroyed' })

/** Of each lot whether all is gone, where the records of the others are read too. */
function goneOf(records: readonly TracedRecord[], more: readonly string[] = []): Record<string, boolean> {
  const naming = (code: string) =>
    records.filter(({ body }) => body.lots?.some(({ value }) => `lot:${value}` === code))
  const codes = [...new Set(records.flatMap(({ body }) => body.lots?.map(({ value }) => value) ?? []))]
  const beside: BesideLots = new Map(
    codes.flatMap((value) => (more.includes(value) ? [] : [[`lot:${value}`, naming(`lot:${value}`)]])),
  )
  return Object.fromEntries(
    codes.map((value) => [value, isAllGone(`lot:${value}`, naming(`lot:${value}`), beside)]),
  )
}

const [a, b] = [told('entry', 'A', '300'), told('entry', 'B', '200')]

test('lots that were destroyed with one quantity are gone where it is all that came of them', () => {
  expect(goneOf([a, b, destroyed('AB', '500')])).toEqual({ A: true, B: true })
  expect(goneOf([a, b, destroyed('AB', '495')])).toEqual({ A: true, B: true })
  expect(goneOf([a, b, destroyed('A', '100'), destroyed('AB', '400')])).toEqual({ A: true, B: true })
  const sold = [a, b, told('sale', 'A', '120', { saleKind: 'retail' })]
  expect(goneOf([...sold, destroyed('AB', '380')])).toEqual({ A: true, B: true })
  // Both came with one quantity as well.
  expect(goneOf([told('entry', 'AB', '500'), destroyed('AB', '500')])).toEqual({ A: true, B: true })
})

test('where only a part of several lots was destroyed none of them is gone that may be left', () => {
  expect(goneOf([a, b, destroyed('AB', '250')])).toEqual({ A: false, B: false })
  expect(goneOf([a, b, destroyed('AB', '450')])).toEqual({ A: false, B: false })
  expect(goneOf([a, b, destroyed('B', '200'), destroyed('AB', '200')])).toEqual({ A: false, B: true })
  expect(goneOf([told('entry', 'AB', '500'), destroyed('AB', '300')])).toEqual({ A: false, B: false })
})

test('of lots that were destroyed together none is gone for certain where not all is read of the others', () => {
  expect(goneOf([a, b, destroyed('AB', '450')], ['B'])).toMatchObject({ A: false })
  expect(goneOf([a, b, destroyed('AB', '500')], ['A', 'B'])).toEqual({ A: false, B: false })
  expect(goneOf([a, destroyed('A', '300'), destroyed('AB', '150')], ['B'])).toMatchObject({ A: true })
})

test('a disposal that tells no quantity, or of a lot of which nothing is told that came, is of all of it', () => {
  expect(goneOf([a, b, destroyed('AB', null)])).toEqual({ A: true, B: true })
  expect(goneOf([destroyed('AB', '500')])).toEqual({ A: true, B: true })
  expect(goneOf([a, destroyed('A', '200')])).toEqual({ A: false })
  expect(goneOf([a, destroyed('A', '296')])).toEqual({ A: true })
})

test('a lot of which a part went on in trade is there, whatever was destroyed of the rest, and so it is where nobody tells how much came', () => {
  const rest = destroyed('A', '10')
  const sold = (saleKind: 'wholesale' | 'retail', refund?: true) =>
    told('sale', 'A', '290', { saleKind, ...(refund ? { refund } : {}) })
  expect(goneOf([a, rest, sold('wholesale')])).toEqual({ A: false })
  expect(goneOf([a, rest, sold('retail')])).toEqual({ A: true })
  expect(goneOf([rest, sold('wholesale')])).toEqual({ A: false })
  expect(goneOf([a, destroyed('A', null), sold('wholesale')])).toEqual({ A: false })
  expect(goneOf([a, destroyed('A', '300'), sold('wholesale'), sold('wholesale', true)])).toEqual({ A: true })
})

test('of all that came of a lot nothing is gone that was sold, to whomever', () => {
  const all = (...records: readonly TracedRecord[]) => isAllGone('lot:A', records, new Map(), 'all')
  const ticket = told('sale', 'A', '290', { saleKind: 'retail' })
  expect(all(a, destroyed('A', '10'), ticket)).toBe(false)
  expect(all(a, destroyed('A', null), ticket)).toBe(false)
  expect(all(a, destroyed('A', null))).toBe(true)
  expect(all(a, destroyed('A', '300'), ticket)).toBe(true)
})
