import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tracePicture } from '#core/lineage/picture.ts'
import { traceSheet } from '#core/lineage/sheet.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { askPublic } from '#flow/trace/public.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { pushSamples } from '#test/sample-day.ts'

const registry = await loadRegistry('mappings')
const systems = [...registry.systems.keys()]
const database = withDatabase()
let pool: Pool

/** Every valid sample of every system in its own bytes; a sample that follows another comes after it. */
beforeAll(async () => {
  pool = createPool({ url: database.url })
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  await pushSamples(intake, registry)
  await intake.close()
  await followToTheEnd(pool)
}, 180_000)
afterAll(() => pool.end())

const back = (code: string) => traceLot(pool, { code, direction: 'back', systems })

test('pork, from the bytes of the slaughterhouse: corrected voucher, both product papers, pigs, animal certificate', async () => {
  const graph = await back('33060300100120000157')
  expect(graph.nodes.map(({ code }) => code)).toEqual([
    'doc:33060300100120000157',
    'doc:3306041501',
    'doc:ZJ-RP-0415088',
    'doc:3308000217',
    'local.shaoxing-slaughter:SX2404140001',
  ])
  expect(graph.nodes[0]?.quantity).toMatchObject({ value: '185.5', unit: 'KGM' })
  expect(graph.nodes[1]?.tests).toMatchObject([{ verdict: 'pass' }])
})

test('tomatoes, across three systems: trade, certificate, harvested lot, and the field that it grew in', async () => {
  const graph = await back('JXSG2024041500018')
  expect(graph.nodes.map(({ code }) => code)).toEqual([
    'doc:JXSG2024041500018',
    'doc:HGZ20240415-7K3M',
    'lot:33082500724041400001',
    'lot:33082500724041500001',
    'lot:33082500724010800002',
  ])
})

test('a purchaser’s certificate leads back to both lots that were mixed', async () => {
  const graph = await back('JXSG2024041500036')
  expect(graph.nodes.map(({ value }) => value)).toEqual([
    'JXSG2024041500036',
    'HGZ20240415-K7JJ',
    'JX20240415-T01',
    'HGZ20240415-4ZQN',
    'HGZ20240415-W3EV',
    '33082501124041400002',
    '33082501124041400003',
  ])
  expect(graph.edges.filter(({ rule }) => rule === 'mixing')).toHaveLength(2)
})

test('a lot that was split leads forward to each of its parts, with the mass that went there', async () => {
  const { edges } = await traceLot(pool, { code: '33082500724041500001', direction: 'forward', systems })
  const paper = 'doc:HGZ20240415-7K3M'
  const parts = edges.filter(({ from, rule }) => from === paper && rule === 'voucher')
  expect(parts.map(({ to, quantity }) => [to, quantity])).toEqual([
    ['doc:JXSG2024041500018', '100'],
    ['doc:JXSG2024041500019', '120'],
    ['doc:JXSG2024041500020', '80'],
  ])
  const whole = edges.find(({ to }) => to === paper)
  expect(whole?.quantity).toBe('300')
  expect(parts.reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBe(300)
})

test('lots that were mixed go into one certificate, each by an edge of its own', async () => {
  const { edges } = await back('JXSG2024041500036')
  const into = edges.filter(({ rule }) => rule === 'mixing')
  expect(into.map(({ to }) => to)).toEqual(into.map(() => into[0]?.to))
  expect(new Set(into.map(({ from }) => from)).size).toBe(2)
})

test('masses used agree with what was traded, and the certificate made void after its sale is void', async () => {
  const facts = async (number: string) => {
    const { verdict, statedKg, usedKg } = await readDocument(pool, {
      type: 'promise_cert',
      number,
      on: '2024-04-15',
      nowMs: 0,
    })
    return [verdict, statedKg, usedKg]
  }
  expect(await facts('HGZ20240415-7K3M')).toEqual(['valid', '300', '300'])
  expect(await facts('HGZ20240415-QW8E')).toEqual(['valid', '90', '90'])
  expect(await facts('HGZ20240415-M4ND')).toEqual(['void', '500', '120'])
})

test('the public view of the cabbage warns, and shows no trader and no plate', async () => {
  const { found } = await askPublic(pool, { code: 'JXSG2024041500035', systems, on: '2024-04-15' })
  const view = found?.is === 'path' ? found.trace : null
  expect(view).toMatchObject({
    product: '大白菜',
    origin: '浙江省衢州市龙游县',
    alerts: [{ kind: 'void', number: 'HGZ20240415-M4ND' }],
  })
  expect(JSON.stringify(view)).not.toMatch(/商行|蔬菜摊|浙F[A-Z0-9]|price|amount/)
})

/** Lots of the day by the codes that systems gave them; a line of a ledger has its record alone. */
const ledger = (booth: string, row: number): string =>
  `rec:urn:cnft:entry:stall-ledger:stock-in:${encodeURIComponent('潮鸣湾示例农贸市场')}:${booth}:2024-04-15:${row}`
const LOTS = {
  'tomato-field': 'lot:33082500724010800002',
  tomato: 'lot:33082500724041400001',
  'tomato-out': 'lot:33082500724041500001',
  'tomato-B045': 'lot:33010501224041500002',
  'tomato-C032': ledger('C-032', 1),
  'tomato-SH': 'local.shanghai-platform:JXSG2024041500019',
  bokchoy: 'lot:33082500724041400003',
  'bokchoy-out': 'lot:33082500724041500002',
  'bokchoy-B045': 'lot:33010501224041500003',
  'bokchoy-C': 'lot:33011002124041500002',
  cabbage: 'lot:33082500724041400004',
  'cabbage-out': 'lot:33082500724041500003',
  'cabbage-B045': 'lot:33010501224041500004',
  spinach: 'lot:33082500724041400005',
  'spinach-out': 'lot:33082500724041500004',
  'spinach-HZ': 'lot:33010900424041500003',
  'spinach-C': 'lot:33011002124041500003',
  'spinach-C032': 'lot:33010300724041500001',
  'mix-a': 'lot:33082501124041400002',
  'mix-b': 'lot:33082501124041400003',
  mix: 'local.zj-agri-certificate:JX20240415-T01',
  'mix-C032': ledger('C-032', 2),
  pigs: 'local.shaoxing-slaughter:SX2404140001',
  pork: 'doc:3306041501',
  'pork-A023': 'lot:33010501224041500001',
  'anhui-pork': 'lot:33010900424041500001',
  'anhui-pork-C': 'lot:33011002124041500001',
  beef: 'lot:330206-IMP-20240301-000123',
  'beef-HZ': 'lot:330206-IMP-20240301-000123-02',
  'beef-C007': 'lot:330206-IMP-20240301-000123-02-01',
} as const
type LotName = keyof typeof LOTS

const PATHS: readonly (readonly [from: LotName, to: LotName, confidence: number])[] = [
  ['tomato-field', 'tomato', 0.95],
  ['tomato', 'tomato-out', 0.95],
  ['tomato-out', 'tomato-B045', 1],
  ['tomato-out', 'tomato-C032', 1],
  ['tomato-out', 'tomato-SH', 1],
  ['bokchoy', 'bokchoy-out', 0.95],
  ['bokchoy-out', 'bokchoy-B045', 1],
  ['bokchoy-out', 'bokchoy-C', 1],
  ['cabbage', 'cabbage-out', 0.95],
  ['cabbage-out', 'cabbage-B045', 1],
  ['spinach', 'spinach-out', 0.95],
  ['spinach-out', 'spinach-HZ', 1],
  ['spinach-HZ', 'spinach-C', 0.95],
  ['spinach-HZ', 'spinach-C032', 0.95],
  ['mix-a', 'mix', 1],
  ['mix-b', 'mix', 1],
  ['mix', 'mix-C032', 1],
  ['pigs', 'pork', 0.95],
  ['pork', 'pork-A023', 1],
  ['anhui-pork', 'anhui-pork-C', 0.95],
  ['beef', 'beef-HZ', 0.95],
  ['beef-HZ', 'beef-C007', 0.95],
]

/** How sure the surest way from one code to another is: as sure as the least sure step. */
async function sureness(from: string, to: string): Promise<number> {
  const { edges } = await traceLot(pool, { code: from, direction: 'forward', systems })
  const sure = new Map([[from, 1]])
  for (let changed = true; changed; ) {
    changed = false
    for (const edge of edges) {
      const way = Math.min(sure.get(edge.from) ?? 0, edge.confidence)
      if (way > (sure.get(edge.to) ?? 0)) {
        sure.set(edge.to, way)
        changed = true
      }
    }
  }
  return sure.get(to) ?? 0
}

test.each(PATHS)('goods went from %s to %s', async (from, to, confidence) => {
  expect(await sureness(LOTS[from], LOTS[to])).toBeGreaterThanOrEqual(confidence - 0.001)
})

test('a lot that a stall wrote down in two systems is one', async () => {
  const { edges } = await traceLot(pool, {
    code: LOTS['spinach-C032'],
    direction: 'forward',
    depth: 1,
    systems,
  })
  expect(edges).toContainEqual(
    expect.objectContaining({ to: ledger('C-032', 3), rule: 'same', confidence: expect.closeTo(0.8, 5) }),
  )
})

test.each([['33010501224041500047', 'pork-A023']] as const)(
  'ticket %s, which names no lot, leads by stall, product and day to %s',
  async (ticket, lot) => {
    const graph = await back(`lot:${ticket}`)
    const [edge] = graph.edges.filter(({ to }) => to === `lot:${ticket}`)
    expect(edge).toMatchObject({ from: LOTS[lot], rule: 'stall', with: expect.any(String) })
    expect(edge?.confidence).toBeCloseTo(0.8, 5)
    const reached = graph.nodes.map(({ code }) => code)
    expect(reached).toEqual(
      expect.arrayContaining([
        LOTS['pork-A023'],
        LOTS.pork,
        LOTS.pigs,
        'doc:33060300100120000157',
        'doc:ZJ-RP-0415088',
        'doc:3308000217',
      ]),
    )
  },
)

test('a rapid test that names stall and product is a test of the lot that is there', async () => {
  const graph = await traceLot(pool, { code: LOTS['bokchoy-B045'], direction: 'back', systems })
  const [root] = graph.nodes
  expect(root?.tests).toContainEqual(expect.objectContaining({ verdict: 'fail', confidence: 0.8 }))
  const other = await traceLot(pool, { code: LOTS['bokchoy-C'], direction: 'back', depth: 1, systems })
  expect(other.nodes[0]?.tests.filter(({ verdict }) => verdict === 'fail')).toEqual([])
})

test('the picture shows every node and every likely edge dashed, what failed in red, and nothing of it is markup of a source', async () => {
  const graph = await traceLot(pool, { code: LOTS['bokchoy-B045'], direction: 'both', systems })
  const picture = tracePicture(graph, 'zh')
  for (const { value } of graph.nodes)
    if (!value.startsWith('urn:')) expect(picture).toContain(value.slice(0, 20))
  expect(picture).toContain('不合格')
  const sure = new Set(
    graph.edges.filter(({ confidence }) => confidence === 1).map(({ from, to }) => `${from} ${to}`),
  )
  const pairs = new Set(graph.edges.map(({ from, to }) => `${from} ${to}`))
  expect(picture.match(/stroke-dasharray/g) ?? []).toHaveLength(pairs.size - sure.size)
  const hostile = { ...graph, code: '<script>alert(1)</script>\u0000' }
  hostile.nodes = graph.nodes.map((node) => ({ ...node, value: '"><script>alert(1)</script>' }))
  expect(tracePicture(hostile, 'en')).not.toMatch(/<script|\u0000/)
})

test('of a code that is too long for its box both ends can be read, and the whole of every line that was cut in its tip', async () => {
  const graph = await traceLot(pool, { code: LOTS['bokchoy-B045'], direction: 'both', systems })
  const long = (end: string): string => `urn:epc:id:sgtin:4012345.077889.${'0'.repeat(30)}${end}`
  const nodes = graph.nodes.map((node, i) => ({
    ...node,
    value: long(`-${100 + i}`),
    product: { name: '一种名称特别长以致一行写不下的蔬菜产品（大棚，二级）' },
  }))
  const picture = tracePicture({ ...graph, nodes }, 'zh')
  for (const { value } of nodes) {
    expect(picture).toMatch(new RegExp(`>[^<]*urn:e[^<]*…[^<]*${value.slice(-4)}</text>`, 'u'))
    expect(picture).toMatch(new RegExp(`<title>[^<]*${value.replaceAll('.', '\\.')}[^<]*</title>`, 'u'))
  }
  expect(picture).toMatch(/<title>[^<]*一种名称特别长以致一行写不下的蔬菜产品（大棚，二级）[^<]*<\/title>/u)
})

test('the sheet has a row for each node, with how it was found and the records behind it', async () => {
  const graph = await traceLot(pool, { code: LOTS['pork-A023'], direction: 'both', systems })
  const { columns, rows } = traceSheet(graph, 'en')
  expect(rows).toHaveLength(graph.nodes.length)
  for (const row of rows) expect(row).toHaveLength(columns.length)
  const pigs = rows.find((row) => row.includes('SX2404140001'))
  expect(pigs?.[0]).toBe('came from')
  expect(pigs?.join()).toContain('urn:cnft:entry:shaoxing-slaughter')
})

test('a sheet of a part of the graph says that it is cut', async () => {
  const graph = await traceLot(pool, { code: LOTS['pork-A023'], direction: 'both', limit: 2, systems })
  expect(graph.truncated).toBe(true)
  const { columns, rows } = traceSheet(graph, 'zh')
  expect(rows).toHaveLength(graph.nodes.length + 1)
  expect(rows.at(-1)).toHaveLength(columns.length)
  expect(rows.at(-1)?.[0]).toContain('未列全')
})

test('less sure edges are followed only where they are asked for', async () => {
  const ask = (confidence: number) =>
    traceLot(pool, { code: 'lot:33010501224041500047', direction: 'back', confidence, systems })
  expect((await ask(0.8)).nodes.length).toBeGreaterThan(3)
  expect((await ask(0.9)).nodes).toHaveLength(1)
})
