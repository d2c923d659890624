import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const at = (time: string) => ({ occurredAt: { at: `${time}+08:00`, precision: 'second' } })
const kilograms = (value: string) => ({ quantity: { value, unit: 'KGM' } })
const market = (code: string, name: string) => ({
  region: { code: code.slice(0, 6), year: 2024 },
  sites: [{ role: 'market', name, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
})
const record = (kind: string, key: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key] },
  ...at('2024-04-15T05:00:00'),
  ...market('330402112', '甲市场'),
  parties: [{ role: kind === 'document' ? 'issuer' : 'owner', name: '示例批发部', ids: [] }],
  product: { name: '带皮片猪', class: 'pork' },
  ...more,
})
const many = (kind: string, key: string, count: number, more: object): object[] =>
  Array.from({ length: count }, (_, n) => record(kind, `${key}${String(n).padStart(3, '0')}`, more))
interface Found {
  readonly state: string
  readonly numbers: readonly { readonly value: string }[]
  readonly evidence: readonly { readonly id: string }[]
}
const keysOf = ({ evidence }: Pick<Found, 'evidence'>) => evidence.map(({ id }) => id.split(':').at(-1))
const list = async (where: string) => (await api.call('GET', `/v1/findings?${where}`)).json().findings

const papers = (number: string) => [
  { role: 'upstream', type: 'product_A', number },
  { role: 'upstream', type: 'meat_quality', number: `Q${number}` },
]

test('an entry without papers is found behind hundreds whose papers came with the trade, in whatever order they arrive', async () => {
  const found = async (site: string) =>
    (await list(`kind=no_paper&site=${site}`)).map(({ state, numbers, ...one }: Found) => [
      state,
      numbers[0]?.value,
      ...keysOf(one),
    ])
  await post(
    record('sale', 'w', {
      ...{ ...market('330402111', '批发市场'), saleKind: 'wholesale', ...kilograms('2000') },
      documents: [{ role: 'voucher', type: 'sales_voucher', number: 'V200' }, ...papers('1')],
    }),
  )
  const covered = (key: string, place: object) =>
    many('entry', key, 250, {
      ...{ ...place, ...kilograms('5') },
      documents: [{ role: 'upstream', type: 'sales_voucher', number: 'V200' }],
    })
  const bare = (key: string, place: object) => record('entry', key, { ...place, ...kilograms('5000') })
  const [first, last] = [market('330402112', '甲市场'), market('330402113', '乙市场')]
  await post(bare('z1', first))
  expect(await found('330402112')).toEqual([['open', '1', 'z1']])
  await post(...covered('a', first))
  expect(await found('330402112')).toEqual([['open', '1', 'z1']])
  await post(...covered('b', last))
  expect(await found('330402113')).toEqual([])
  await post(bare('z2', last))
  expect(await found('330402113')).toEqual([['open', '1', 'z2']])
})

test('a finding does not end because there are more records than are looked through', async () => {
  const place = market('330402114', '己市场')
  const states = async () =>
    (await list('kind=no_paper&site=330402114')).map(({ state }: { state: string }) => state)
  await post(record('entry', 'z3', { ...place, ...kilograms('5000') }))
  expect(await states()).toEqual(['open'])
  // Ten thousand that lack nothing, before the one that does.
  await api.pool.query(
    `insert into goods_moves (site, record_id, flow, version, system, site_name, day, goods, product_class, is_bare, is_suspect)
     select site, 'a' || n, flow, version, system, site_name, day, goods, product_class, is_bare, is_suspect
       from goods_moves, generate_series(1, 10000) n where site = '330402114'`,
  )
  const more = { ...place, saleKind: 'retail', ...kilograms('1') }
  await post(record('sale', 's1', more))
  expect(await states()).toEqual(['open'])
  await api.pool.query(`delete from goods_moves where site = '330402114' and record_id = 'a1'`)
  await post(record('entry', 'z3', { ...place, ...kilograms('5000'), documents: papers('2') }))
  expect(await states()).toEqual(['resolved'])
})

test('a late use of a paper is found where it was, behind a hundred that were in time', async () => {
  const pork = (kg: string) => ({ ...kilograms(kg), documents: papers('3413029001') })
  const late = market('330105502', '丁市场')
  await post(
    record('document', 'd', {
      ...{ ...at('2024-04-14T05:00:00'), region: { code: '341302', year: 2024 }, ...kilograms('5000') },
      documents: [
        {
          ...{ role: 'self', type: 'product_A', number: '3413029001' },
          issuedOn: { at: '2024-04-14T00:00:00+08:00', precision: 'day' },
        },
      ],
    }),
    ...many('entry', 'u', 100, { ...market('330402501', '丙市场'), ...pork('1') }),
    record('entry', 'late', { ...late, ...at('2024-05-10T05:00:00'), ...pork('1') }),
  )
  const [one] = await list('kind=paper_expired&site=330105502')
  expect(one).toMatchObject({
    sites: [{ ids: [{ value: '330105502' }] }],
    owner: { region: { code: '330105' } },
    occurredAt: { at: '2024-05-10T00:00:00+08:00' },
    numbers: expect.arrayContaining([{ name: 'records', value: '1' }]),
  })
  expect(keysOf(one)).toEqual(['late'])
  // What all uses are the reason for rests on the first of them and the newest.
  const [twice] = await list('kind=paper_used_twice&site=330105502')
  const keys = keysOf(twice)
  expect([keys.length, keys[0], keys.at(-1)]).toEqual([100, 'u000', 'late'])
})
