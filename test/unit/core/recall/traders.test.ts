import { expect, test } from 'vitest'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { ledger, leftAt, lot, massOf, party, rehearsalOf, sitesOf } from '#test/recall/ledger.ts'

const T = [lot('T')]
const MARKET = '330105031'
const keeper = (n: number) => party('owner', n)
const leftAtStalls = async (records: readonly TracedRecord[]) =>
  Object.fromEntries(
    (await rehearsalOf(records, 'lot:T')).sites.flatMap(({ kind, booth, left: [left] }) =>
      kind === 'stall' ? [[booth, left && `${left.atLeast ? '≥' : ''}${left.value}`]] : [],
    ),
  )
const inAnyOrder = (records: readonly TracedRecord[]) => [records, records.toReversed()]

type Arrived = readonly [system: string, booth: string | null, who: number | null, kilograms: number]

/** What systems tell to have come to stalls of one market. */
function came(...told: readonly Arrived[]) {
  const { records, tell } = ledger()
  for (const [system, booth, who, kilograms] of told)
    tell(
      'entry',
      1,
      kilograms,
      { ...sitesOf(1, booth ?? undefined), lots: T, ...(who === null ? {} : { parties: [keeper(who)] }) },
      system,
    )
  const go = (kind: 'summary' | 'retail' | 'disposal', system: string, booth: string, kilograms: number) =>
    tell(
      kind === 'disposal' ? kind : 'sale',
      1,
      kilograms,
      {
        ...sitesOf(1, booth),
        lots: T,
        ...(kind === 'disposal' ? { disposalKind: 'destroyed' } : { saleKind: kind }),
      },
      system,
    )
  return { records, go }
}

test('one lot at two stalls of a market, each told by a system of its own, is at each of them what came to it', async () => {
  const { records } = came(['a', 'B-171', 11, 150], ['b', 'B-172', 12, 140])
  for (const list of inAnyOrder(records)) {
    expect(massOf(await rehearsalOf(list, 'lot:T'))).toMatchObject({ stated: 290, where: { atSites: 290 } })
    expect(await leftAtStalls(list)).toEqual({ 'B-171': '150', 'B-172': '140' })
  }
})

test('what two systems tell of one stall, or may tell of one, is the same goods', async () => {
  const of = async (...told: readonly Arrived[]) =>
    massOf(await rehearsalOf(came(...told).records, 'lot:T'))?.where['atSites']
  expect(await of(['a', 'B-171', 11, 150], ['b', 'B171', null, 140])).toBe(150)
  expect(await of(['a', 'B-171', null, 150], ['b', null, 11, 140])).toBe(150)
  expect(await of(['a', 'B-171', 11, 150], ['b', null, 11, 140])).toBe(150)
  expect(await of(['a', 'B-171', 11, 150], ['b', 'B-175', 11, 140])).toBe(150)
  expect(await of(['a', 'B-171', 11, 150], ['b', null, null, 140])).toBe(150)
})

test('what the gate of a market tells as a whole is the goods that another system tells of its stalls', async () => {
  for (const whole of [290, 200, 300]) {
    const { records } = came(['a', null, null, whole], ['b', 'B-361', 11, 150], ['b', 'B-362', 12, 140])
    for (const list of inAnyOrder(records)) {
      expect(leftAt(await rehearsalOf(list, 'lot:T'))).toEqual({ [MARKET]: `${Math.max(whole, 290)}` })
      if (whole <= 290) expect(await leftAtStalls(list)).toEqual({ 'B-361': '150', 'B-362': '140' })
    }
  }
})

test('what left two stalls of a market, each told by a system of its own, left each of them', async () => {
  const { records, go } = came(['a', 'B-311', 11, 150], ['a', 'B-312', 12, 150])
  const expectLeft = async (left: readonly [string, string], where: object) => {
    for (const list of inAnyOrder(records)) {
      expect(massOf(await rehearsalOf(list, 'lot:T'))).toMatchObject({ found: 300, where })
      expect(await leftAtStalls(list)).toEqual({ 'B-311': left[0], 'B-312': left[1] })
    }
  }
  go('retail', 'scale', 'B-311', 100)
  go('summary', 'lab', 'B-312', 90)
  await expectLeft(['50', '60'], { soldRetail: 190, atSites: 110 })
  go('summary', 'lab', 'B-311', 100)
  await expectLeft(['50', '60'], { soldRetail: 190, atSites: 110 })
  go('disposal', 'scale', 'B-311', 20)
  go('disposal', 'lab', 'B-312', 15)
  await expectLeft(['30', '45'], { soldRetail: 190, disposed: 35, atSites: 75 })
})
