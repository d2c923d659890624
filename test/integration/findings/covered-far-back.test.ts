import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const market = (code: string) => ({
  region: { code: code.slice(0, 6), year: 2024 },
  sites: [{ role: 'market', name: code, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
})
const record = (kind: string, key: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key] },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  ...market('330402130'),
  product: { name: '鲜牛肉', class: 'beef' },
  quantity: { value: '5', unit: 'KGM' },
  ...more,
})
const named = (role: string, type: string, number: string) => ({ role, type, number })
const found = async (site: string) =>
  (await api.call('GET', `/v1/findings?kind=no_paper&site=${site}`))
    .json()
    .findings.map(({ state, numbers }: { state: string; numbers: { value: string }[] }) => [
      state,
      numbers[0]?.value,
    ])

/** A trade under a voucher with its paper, and many who name that paper without knowing what it is. */
const traded = (voucher: string, paper: string, count: number, type = 'product_B'): object[] => [
  record('sale', `s${voucher}`, {
    ...{ ...market('330402131'), saleKind: 'wholesale' },
    documents: [named('voucher', 'sales_voucher', voucher), named('upstream', type, paper)],
  }),
  ...Array.from({ length: count }, (_, n) =>
    record('entry', `o${voucher}${n}`, {
      ...{ ...market('330402132'), product: { name: '牛腩', class: 'beef' } },
      documents: [named('upstream', 'unknown', paper)],
    }),
  ),
]
const arrivals = (voucher: string, count: number, more: object): object[] =>
  Array.from({ length: count }, (_, n) =>
    record('entry', `e${voucher}${n}`, {
      ...more,
      documents: [named('upstream', 'sales_voucher', voucher)],
    }),
  )

test('goods are covered by the paper of their trade however many other records name the voucher and the paper', async () => {
  const place = market('330402133')
  await post(...traded('V500', '3304020500', 30), ...arrivals('V500', 30, place))
  expect(await found('330402133')).toEqual([])
  // The same trade without a paper that they need.
  const bare = market('330402134')
  await post(...traded('V501', '3304020501', 30, 'origin_cert'), ...arrivals('V501', 30, bare))
  expect(await found('330402134')).toEqual([['open', '30']])
})

/** Goods that were sold five times, each time under the voucher of the trade before; the first time under a paper. */
const handedOn = (voucher: string, paper: object): object[] =>
  Array.from({ length: 5 }, (_, n) =>
    record('sale', `${voucher}${n}`, {
      ...{ ...market('330402138'), saleKind: 'wholesale' },
      documents: [
        named('voucher', 'sales_voucher', `${voucher}${n + 1}`),
        n === 0 ? paper : named('upstream', 'sales_voucher', `${voucher}${n}`),
      ],
    }),
  )

/** So many codes from which goods under a code came besides. */
const comesFrom = async (code: string, count: number): Promise<void> => {
  const { rowCount } = await api.pool.query(
    `insert into lot_edges (from_code, to_code, record_id, version, kind, rule, confidence)
     select 'lot:x:' || lpad(n::text, 6, '0'), e.to_code, e.record_id, e.version, e.kind, e.rule, e.confidence
       from (select * from lot_edges where to_code = $1 limit 1) e, generate_series(1, $2) n`,
    [code, count],
  )
  expect(rowCount).toBe(count)
}

test('goods are covered by a paper behind thousands of links, and what is known of goods behind too many of them stays', async () => {
  const [near, far] = [market('330402135'), market('330402136')]
  await post(...traded('V502', '3304020502', 0), ...traded('V503', '3304020503', 0, 'origin_cert'))
  await post(...arrivals('V503', 1, far))
  expect(await found('330402136')).toEqual([['open', '1']])
  await comesFrom('doc:V502', 6000)
  await post(...arrivals('V502', 1, near))
  expect(await found('330402135')).toEqual([])
  await comesFrom('doc:V503', 12_000)
  await post(record('entry', 'covered', { ...far, documents: [named('upstream', 'product_B', '3304029')] }))
  expect(await found('330402136')).toEqual([['open', '1']])
  // And nothing is said of others, but of their neighbours all.
  const [other, bare] = [market('330402137'), market('330402140')]
  await post(...handedOn('VN', named('upstream', 'origin_cert', '33040')))
  await post(
    record('entry', 'other', { ...other, documents: [named('upstream', 'sales_voucher', 'V503')] }),
    ...arrivals('VN5', 1, bare),
    record('entry', 'b', bare),
  )
  expect(await found('330402137')).toEqual([])
  expect(await found('330402140')).toEqual([['open', '2']])
})

test('goods are covered by a paper from which they came by many hands', async () => {
  await post(
    ...handedOn('VH', named('upstream', 'product_B', '3304020504')),
    ...arrivals('VH5', 1, market('330402139')),
  )
  expect(await found('330402139')).toEqual([])
})
