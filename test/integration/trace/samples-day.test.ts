import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TraceGraph } from '#core/lineage/graph.ts'
import { traceTree } from '#core/lineage/tree.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { CABBAGE_VOID, PORK, VEGETABLES } from '#test/trace/day-of-april-15.ts'
import { storeRecords } from '#test/trace/store-records.ts'

const systems = ['shaoxing-slaughter', 'zj-agri-certificate', 'jiaxing-wholesale']
const database = withDatabase()
let pool: Pool
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4 })
  await storeRecords(pool, [...PORK, ...VEGETABLES])
})
afterAll(() => pool.end())

const codes = (graph: TraceGraph): string[] => graph.nodes.map(({ code }) => code)
const edges = (graph: TraceGraph): string[] =>
  graph.edges.map(({ from, to, rule }) => `${from} → ${to} (${rule})`).sort()

test('pork goes back from its voucher over both product papers to the pigs and the paper that they came in under', async () => {
  const graph = await traceLot(pool, { code: '33060300100120000157', direction: 'back', systems })
  expect(codes(graph)).toEqual([
    'doc:33060300100120000157',
    'doc:3306041501',
    'doc:ZJ-RP-0415088',
    'doc:3308000217',
    'local.shaoxing-slaughter:SX2404140001',
  ])
  expect(edges(graph)).toEqual([
    'doc:3306041501 → doc:33060300100120000157 (voucher)',
    'doc:3308000217 → doc:3306041501 (transformation)',
    'doc:3308000217 → doc:ZJ-RP-0415088 (transformation)',
    'doc:3308000217 → local.shaoxing-slaughter:SX2404140001 (document)',
    'doc:ZJ-RP-0415088 → doc:33060300100120000157 (voucher)',
    'local.shaoxing-slaughter:SX2404140001 → doc:3306041501 (entered)',
    'local.shaoxing-slaughter:SX2404140001 → doc:ZJ-RP-0415088 (entered)',
  ])
  expect(graph).toMatchObject({ truncated: false, next: null, candidates: [] })
})

test('a node tells type, goods, quantity, tests and the records behind it', async () => {
  const graph = await traceLot(pool, { code: '33060300100120000157', direction: 'back', systems })
  const [voucher, , , animals, pigs] = graph.nodes
  expect(voucher).toMatchObject({
    kind: 'voucher',
    type: 'sales_voucher',
    depth: 0,
    relation: 'root',
    state: 'valid',
    product: { name: '带皮片猪' },
    quantity: { value: '185.5', unit: 'KGM' },
  })
  expect(animals).toMatchObject({ kind: 'document', type: 'animal_B', state: 'unknown', depth: 2 })
  expect(animals?.tests).toMatchObject([{ item: '检疫检验', verdict: 'pass' }])
  expect(animals?.records.map(({ kind, role }) => `${kind} ${role}`)).toEqual([
    'transformation input',
    'test input',
    'entry upstream',
  ])
  expect(pigs).toMatchObject({
    kind: 'lot',
    scheme: 'local.shaoxing-slaughter',
    quantity: { value: '20', unit: 'HEA' },
  })
})

test('pigs go forward from the number that the slaughterhouse gave them to the voucher', async () => {
  const graph = await traceLot(pool, { code: 'sx2404140001', direction: 'forward', systems })
  expect(codes(graph)).toEqual([
    'local.shaoxing-slaughter:SX2404140001',
    'doc:3306041501',
    'doc:ZJ-RP-0415088',
    'doc:33060300100120000157',
  ])
})

test('tomatoes go back from the trade over the certificate to the harvested lot, and forward to every trade', async () => {
  const back = await traceLot(pool, { code: 'JXSG2024041500018', direction: 'back', systems })
  expect(codes(back)).toEqual(['doc:JXSG2024041500018', 'doc:HGZ20240415-7K3M', 'lot:33082500724041400001'])
  const forward = await traceLot(pool, { code: '33082500724041400001', direction: 'forward', systems })
  expect(codes(forward)).toEqual([
    'lot:33082500724041400001',
    'doc:HGZ20240415-7K3M',
    'doc:JXSG2024041500018',
    'doc:JXSG2024041500019',
    'doc:JXSG2024041500020',
  ])
})

test('a certificate made void loses its lot but stays on the path of what was sold on it, marked void with reason and time', async () => {
  await storeRecords(pool, [CABBAGE_VOID])
  const asked = { code: 'JXSG2024041500035', direction: 'back', systems } as const
  expect((await traceLot(pool, asked)).nodes[1]?.voidReason).toBe('***')
  const graph = await traceLot(pool, { ...asked, full: true })
  expect(codes(graph)).toEqual(['doc:JXSG2024041500035', 'doc:HGZ20240415-M4ND'])
  expect(graph.nodes[1]).toMatchObject({
    state: 'void',
    voidReason: '数量填写错误',
    voidedAt: { at: '2024-04-15T09:10:44+08:00' },
  })
  const before = await traceLot(pool, {
    code: 'JXSG2024041500035',
    direction: 'back',
    at: '2024-04-15T07:00:00Z',
    systems,
  })
  expect(codes(before)).toContain('lot:33082500724041400004')
  expect(before.nodes[1]?.state).toBe('valid')
})

test('the tree for the terminal names papers, goods, tests and what is void', async () => {
  const pork = await traceLot(pool, { code: '33060300100120000157', direction: 'back', systems })
  expect(traceTree(pork, 'zh').split('\n')).toEqual([
    '销售凭证 33060300100120000157 · 2024-04-15 · 带皮片猪 185.5 公斤 · 绍兴稽山示例肉联厂 · 有效',
    '├─ 动物检疫合格证明（产品B） 3306041501 · 2024-04-15 · 生猪 · 绍兴稽山示例肉联厂 · 有效',
    '│  └─ 批次 SX2404140001 · 2024-04-14 · 生猪 20 头 · 浙江省衢州市衢江区 · 绍兴稽山示例肉联厂',
    '│     └─ 动物检疫合格证明（动物B） 3308000217 · 检疫检验 合格 · 未收到开具方记录',
    '└─ 肉品品质检验合格证 ZJ-RP-0415088 · 2024-04-15 · 生猪 · 绍兴稽山示例肉联厂 · 有效',
    '   └─ 批次 SX2404140001（见上）',
  ])
  const asked = { code: 'JXSG2024041500035', direction: 'back', systems, full: true } as const
  const cabbage = await traceLot(pool, asked)
  expect(traceTree(cabbage, 'en').split('\n').at(-1)).toBe(
    '└─ ✗ Commitment certificate HGZ20240415-M4ND · 2024-04-15 · 大白菜 500 kg · 浙江省衢州市龙游县 · 龙游溪口示例蔬菜专业合作社 · VOID 2024-04-15 09:10 · 数量填写错误',
  )
})

test('a number that is a lot in one system and a paper in another gives both as candidates, and traces both', async () => {
  await storeRecords(pool, [
    {
      kind: 'entry',
      system: 'shanghai-platform',
      key: 'in-19',
      body: {
        lots: [{ role: 'subject', scheme: 'local.shanghai-platform', value: 'JXSG2024041500019' }],
        documents: [{ role: 'upstream', type: 'promise_cert', number: 'HGZ20240415-7K3M' }],
        occurredAt: { at: '2024-04-15T08:00:00+08:00', precision: 'second' },
      },
    },
  ])
  const graph = await traceLot(pool, {
    code: 'JXSG2024041500019',
    direction: 'back',
    systems: [...systems, 'shanghai-platform'],
  })
  expect(graph.candidates).toEqual([
    {
      code: 'doc:JXSG2024041500019',
      kind: 'document',
      value: 'JXSG2024041500019',
      type: 'sales_voucher',
      product: { name: '番茄', class: 'vegetable' },
      occurredAt: { at: '2024-04-15T03:44:51+08:00', precision: 'second' },
      place: '嘉兴南湖示例果蔬批发市场',
    },
    {
      code: 'local.shanghai-platform:JXSG2024041500019',
      kind: 'lot',
      value: 'JXSG2024041500019',
      system: 'shanghai-platform',
      occurredAt: { at: '2024-04-15T08:00:00+08:00', precision: 'second' },
    },
  ])
  expect(graph.nodes.filter(({ relation }) => relation === 'root').map(({ code }) => code)).toEqual(
    graph.roots,
  )
  const chosen = await traceLot(pool, { code: 'doc:JXSG2024041500019', direction: 'back', systems })
  expect(chosen.roots).toEqual(['doc:JXSG2024041500019'])
})

test('a code that no record mentions is not found, and one that cannot be a code is refused', async () => {
  await expect(traceLot(pool, { code: 'NIRGENDS', systems })).rejects.toMatchObject({ code: 'not_found' })
  await expect(traceLot(pool, { code: 'X'.repeat(201), systems })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await expect(traceLot(pool, { code: 'a\0b', systems })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(traceLot(pool, { code: 'JXSG2024041500018', at: 'yesterday', systems })).rejects.toMatchObject(
    {
      code: 'invalid_request',
    },
  )
  await expect(
    traceLot(pool, { code: 'JXSG2024041500018', after: 'nonsense', systems }),
  ).rejects.toMatchObject({
    code: 'invalid_request',
  })
})
