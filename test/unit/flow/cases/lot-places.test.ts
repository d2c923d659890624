import { expect, test } from 'vitest'
import { placeOf } from '#core/cases/place.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { placesOf } from '#flow/cases/lot-places.ts'

const lot = (value: string, role: 'subject' | 'output' | 'input' = 'subject') => ({
  ...{ role, scheme: 'cn.mofcom.batch16', value },
})
const kilograms = (value: string) => ({ value, unit: 'KGM' as const })
const at = (role: 'market' | 'farm', code: string): Partial<Body> => ({
  sites: [{ role, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
})
let n = 0
const told = (kind: Kind, body: Partial<Body>, system = 'market'): TracedRecord => ({
  ...{ id: `r${n++}`, version: 1, kind, system, status: 'active' },
  receivedAt: '2026-03-03T00:00:00Z',
  body: { flags: [], lots: [lot('A')], ...body },
})
const entered = (market: string, mass: string, more: Partial<Body> = {}, system = market) =>
  told('entry', { ...at('market', market), quantity: kilograms(mass), ...more }, system)

/** Kilograms of the lot A at each place, its main place among several first. */
const masses = (...records: readonly TracedRecord[]) => {
  const main = { place: placeOf((records[0] as TracedRecord).body), mass: 'main' }
  return placesOf('lot:A', records, main).map(({ place, mass }) => [place.site?.ids[0]?.value, mass])
}

test('of a quantity of several lots nobody knows how much of one of them is at a place', () => {
  const mixed = told('transformation', {
    ...{ ...at('market', '330105031'), lots: [] },
    input: { lots: [lot('B', 'input')], quantity: kilograms('500') },
    output: { lots: [lot('A', 'output'), lot('C', 'output')], quantity: kilograms('490') },
  })
  expect(masses(mixed, entered('330110032', '200'))).toEqual([
    ['330105031', null],
    ['330110032', '200'],
  ])
  const both = entered('330110032', '500', { lots: [lot('A'), lot('C')] })
  expect(masses(entered('330105031', '300'), both)).toEqual([
    ['330105031', '300'],
    ['330110032', null],
  ])
})

test('what two systems tell of one arrival, and what was harvested and sent off, is there once', () => {
  const harvest = told('production', { ...at('farm', '330825007'), quantity: kilograms('320') })
  const load = told('dispatch', { ...at('farm', '330825007'), quantity: kilograms('300') })
  const twice = [entered('330105031', '300'), entered('330105031', '299.5', {}, 'county')]
  expect(masses(harvest, load, ...twice)).toEqual([
    ['330825007', '320'],
    ['330105031', '300'],
  ])
})

test('arrivals at a place add up, and of goods of which a part is told by the piece alone the kilograms are not known', () => {
  const [there, here] = [entered('330105031', '300'), entered('330110032', '100')]
  const again = entered('330110032', '50')
  expect(masses(there, here, again)).toContainEqual(['330110032', '150'])
  const sent = told('dispatch', { ...at('market', '330110033'), quantity: kilograms('40') })
  expect(masses(there, sent)).toContainEqual(['330110033', '40'])
  const boxes = entered('330110032', '0', { quantity: { value: '4', unit: 'PKG' } })
  expect(masses(there, here, boxes)).toContainEqual(['330110032', null])
})
