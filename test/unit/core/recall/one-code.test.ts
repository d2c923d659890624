import { expect, test } from 'vitest'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { kg, ledger, leftAt, lot, massOf, paper, party, rehearsalOf, sitesOf } from '#test/recall/ledger.ts'

const T = [lot('T')]
const farm = {
  region: { code: '330825' },
  sites: [{ role: 'farm', name: '示例合作社', ids: [{ scheme: 'cn.mofcom.node9', value: '330825007' }] }],
}
/** What should still be at each stall, and at places that are no market. */
const leftBeside = async (records: readonly TracedRecord[], root = 'lot:T') =>
  Object.fromEntries(
    (await rehearsalOf(records, root)).sites.flatMap(({ kind, name, booth, left }) =>
      kind === 'market' || left.length === 0
        ? []
        : [[booth ?? name, left.map(({ value, atLeast }) => `${atLeast ? '≥' : ''}${value}`).join()]],
    ),
  )
const inAnyOrder = (records: readonly TracedRecord[]) => [records, records.toReversed()]

/** A lot that keeps its code from the farm on. */
function sentOff(kilograms = 300) {
  const { records, tell } = ledger()
  tell('dispatch', 0, kilograms, { ...farm, lots: T })
  const enter = (who: number, booth: string, value: number, body: object = {}, system?: string) =>
    tell('entry', who, value, { ...sitesOf(who, booth), lots: T, ...body }, system)
  return { records, tell, enter }
}

test('of a lot that keeps its code from the farm to the stall what was sent off and came nowhere is not found, and each stall has what came to it', async () => {
  const { records, tell, enter } = sentOff()
  expect(massOf(await rehearsalOf(records, 'lot:T'))).toMatchObject({ found: 0, notFound: 300 })
  enter(1, 'B-411', 100, { parties: [party('owner', 1)] })
  enter(2, 'C-1', 60)
  tell('sale', 1, 30, { ...sitesOf(1, 'B-411'), saleKind: 'retail', lots: T })
  for (const list of inAnyOrder(records)) {
    const found = await rehearsalOf(list, 'lot:T')
    expect(massOf(found)).toEqual({
      ...{ stated: 300, found: 160, notFound: 140, where: { atSites: 130, soldRetail: 30 }, away: {} },
    })
    expect(leftAt(found)).toEqual({ '330105031': '70', '330110032': '60' })
    expect(await leftBeside(list)).toEqual({ 'B-411': '70', 'C-1': '60' })
  }
})

test('what was made under a code and is not told to have left is still with its maker, less what came elsewhere under the same code', async () => {
  const { records, tell } = ledger()
  tell('production', 0, 300, { ...farm, productionKind: 'harvest', lots: T })
  tell('entry', 1, 100, { ...sitesOf(1, 'B-411'), lots: T })
  for (const list of inAnyOrder(records)) {
    expect(massOf(await rehearsalOf(list, 'lot:T'))).toMatchObject({ found: 300, notFound: 0 })
    expect(await leftBeside(list)).toEqual({ 'B-411': '100', 示例合作社: '200' })
  }
})

test('what was sold where nobody tells of an arrival was of what was sent off, and leaves the stall to which some of it came what came there', async () => {
  const { records, tell, enter } = sentOff()
  enter(1, 'B-411', 100)
  tell('sale', 2, 150, { ...sitesOf(2, 'C-1'), saleKind: 'retail', lots: T })
  tell('entry', 3, 20, { ...sitesOf(3), lots: [lot('X'), lot('T', 'source')] })
  for (const list of inAnyOrder(records)) {
    expect(massOf(await rehearsalOf(list, 'lot:T'))).toMatchObject({
      ...{ stated: 300, found: 270, notFound: 30 },
      where: { atSites: 100, soldRetail: 150, leftRegion: 20 },
    })
    expect(await leftBeside(list)).toEqual({ 'B-411': '100' })
  }
})

/** Sent off to a wholesaler, and from him under the same code to a stall and to someone who has not told. */
function soldOn(of: {
  readonly isVoucherNamed: boolean
  readonly isSoldAway?: boolean
  readonly system?: string
}) {
  const { records, tell, enter } = sentOff()
  tell('entry', 0, 300, { lots: T, parties: [party('owner', 0)] })
  const sell = (voucher: string, kilograms: number, to: number) =>
    tell('sale', 0, kilograms, {
      ...{ saleKind: 'wholesale', lots: T, documents: [paper('voucher', voucher)] },
      parties: [party('seller', 0), party('buyer', to)],
    })
  sell('V1', 120, 1)
  if (of.isSoldAway) sell('V2', 80, 2)
  enter(
    1,
    'B-431',
    120,
    { parties: [party('owner', 1)], ...(of.isVoucherNamed ? { documents: [paper('upstream', 'V1')] } : {}) },
    of.system,
  )
  return { records, tell }
}

test('of a lot that keeps its code through the wholesale market each place has what came there less what it sold on, also where the buyer does not name the voucher', async () => {
  for (const isVoucherNamed of [true, false])
    for (const system of ['market1', 'market0']) {
      const { records, tell } = soldOn({ isVoucherNamed, isSoldAway: true, system })
      tell('sale', 1, 50, { ...sitesOf(1, 'B-431'), saleKind: 'retail', lots: T }, system)
      for (const list of inAnyOrder(records))
        for (const root of ['lot:T', 'doc:V1']) {
          const found = await rehearsalOf(list, root)
          expect(massOf(found), `${isVoucherNamed} ${system} ${root}`).toEqual({
            ...{ stated: 300, found: 300, notFound: 0, away: {} },
            where: { atSites: 170, soldRetail: 50, soldWholesale: 80 },
          })
          expect(leftAt(found)).toEqual({ '330402003': '100', '330105031': '70' })
        }
      const onward = await rehearsalOf(records, 'doc:V1', 'forward')
      if (isVoucherNamed)
        expect(massOf(onward)).toMatchObject({ stated: 120, where: { atSites: 70, soldRetail: 50 } })
      const whole = soldOn({ isVoucherNamed, system }).records
      expect(leftAt(await rehearsalOf(whole, 'lot:T'))).toEqual({ '330402003': '180', '330105031': '120' })
    }
})

test('an arrival that names the seller alone, under the code that he had the goods by, is of his goods', async () => {
  const { records, tell, enter } = sentOff()
  tell('entry', 0, 300, { lots: T, parties: [party('owner', 0)] })
  enter(1, 'B-431', 120, { parties: [party('owner', 1), party('supplier', 0)] })
  tell('disposal', 1, 20, { ...sitesOf(1, 'B-431'), disposalKind: 'destroyed', lots: T })
  for (const list of inAnyOrder(records)) {
    const found = await rehearsalOf(list, 'lot:T')
    expect(massOf(found)).toMatchObject({ stated: 300, found: 300, where: { atSites: 280, disposed: 20 } })
    expect(leftAt(found)).toEqual({ '330402003': '180', '330105031': '100' })
  }
})

test('of what was sold twice to one buyer under one code, what has not come to him is sold and not there', async () => {
  const { records, tell } = soldOn({ isVoucherNamed: false })
  tell('sale', 0, 40, {
    ...{ saleKind: 'wholesale', lots: T, documents: [paper('voucher', 'V3')] },
    parties: [party('seller', 0), party('buyer', 1)],
  })
  for (const list of inAnyOrder(records)) {
    const found = await rehearsalOf(list, 'lot:T')
    expect(massOf(found)).toMatchObject({ found: 300, where: { atSites: 260, soldWholesale: 40 } })
    expect(leftAt(found)).toEqual({ '330402003': '140', '330105031': '120' })
  }
})

test('of two lots that one record made with one quantity what was made of the one is not of the other, which is where it came to', async () => {
  const { records, tell } = ledger()
  const plant = { product: undefined, sites: [{ role: 'self', name: '示例净菜厂', ids: [] }] }
  const made = (from: readonly string[], used: number | null, to: readonly string[], out: number) =>
    tell('transformation', 0, null, {
      ...plant,
      input: {
        ...(used === null ? {} : { mass: kg(used) }),
        lots: from.map((one) => lot(one, 'input')),
      },
      output: { mass: kg(out), lots: to.map((one) => lot(one, 'output')) },
    })
  for (const [code, value] of [
    ['A', 400],
    ['B', 200],
  ] as const)
    tell('production', 0, value, { ...farm, productionKind: 'harvest', lots: [lot(code)] })
  made(['A'], 400, ['P', 'Q'], 390)
  for (const used of [395, null]) {
    const before = records.length
    made(['P', 'B'], used, ['M'], 395)
    tell('entry', 1, 395, { ...sitesOf(1, 'B-461'), lots: [lot('M')] })
    tell('entry', 2, 195, { ...sitesOf(2, 'C-461'), lots: [lot('Q')] })
    for (const list of inAnyOrder(records)) {
      const found = await rehearsalOf(list, 'lot:A')
      expect(massOf(found, 1)).toMatchObject({ found: 390, where: { processed: 195, atSites: 195 } })
      expect(leftAt(found)).toEqual({ '330105031': '395', '330110032': '195' })
    }
    records.length = before
  }
})

test('where one took in all that was sent off, whoever has some of it by the same code has it of him, and where nobody did each has it of who sent it off', async () => {
  const { records, tell, enter } = sentOff()
  tell('entry', 0, 298, { lots: T, parties: [party('owner', 0)] })
  enter(1, 'B-431', 120, { parties: [party('owner', 1)] })
  enter(2, 'C-1', 50, {}, 'county')
  for (const list of inAnyOrder(records)) {
    const found = await rehearsalOf(list, 'lot:T')
    expect(massOf(found)).toMatchObject({ stated: 300, found: 298, notFound: 2, where: { atSites: 298 } })
    expect(leftAt(found)).toEqual({ '330402003': '128', '330105031': '120', '330110032': '50' })
  }
  const copied = sentOff()
  for (const who of [0, 1, 2]) copied.enter(who, 'A-1', 200, { parties: [party('owner', who)] })
  expect(massOf(await rehearsalOf(copied.records, 'lot:T'))).toMatchObject({ found: 600, notFound: -300 })
})
