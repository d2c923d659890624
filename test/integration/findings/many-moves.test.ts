import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, send, post } = withFindings()

const DAY = '2024-04-15'
const kilograms = (value: string) => ({ quantity: { value, unit: 'KGM' } })
const at = (code: string, stall?: string) => ({
  region: { code: code.slice(0, 6), year: 2024 },
  sites: [
    { role: 'market', name: `市场${code}`, ids: [{ scheme: 'cn.mofcom.node9', value: code }] },
    ...(stall ? [{ role: 'stall', name: stall, ids: [] }] : []),
  ],
})
const lot = (value: string) => ({ lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value }] })
const record = (kind: string, key: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key] },
  occurredAt: { at: `${DAY}T05:00:00+08:00`, precision: 'second' },
  product: { name: '菠菜', class: 'vegetable' },
  ...(kind === 'sale' ? { saleKind: 'retail' } : {}),
  documents: kind === 'entry' ? [{ role: 'upstream', type: 'promise_cert', number: key }] : [],
  ...more,
})
const many = (kind: string, key: string, count: number, more: (n: number) => object): object[] =>
  Array.from({ length: count }, (_, n) => record(kind, `${key}${String(n).padStart(4, '0')}`, more(n)))
const overs = async (what: string) => {
  const { findings } = (await api.call('GET', '/v1/findings?kind=balance_off&limit=1000')).json()
  return findings
    .filter(({ subject }: { subject: string }) => subject.includes(what))
    .map(({ state, numbers }: { state: string; numbers: { name: string; value: string }[] }) => [
      state,
      numbers.find(({ name }) => name === 'difference')?.value,
    ])
}

test('a lot that its stall oversold is found behind a hundred other lots of the day', async () => {
  await post(
    ...many('entry', 'a', 100, (n) => ({
      ...at('330402201', `A-${n}`),
      ...lot(`LOTA${n}`),
      ...kilograms('5'),
    })),
    record('entry', 'z', { ...at('330402201', 'Z-1'), ...lot('LOTZ'), ...kilograms('2') }),
  )
  expect(await overs('LOTZ')).toEqual([])
  await post(record('sale', 'z1', { ...at('330402201', 'Z-1'), ...kilograms('5') }))
  expect(await overs('LOTZ')).toEqual([['open', '3']])
})

test('what was sold beyond what came in is found behind a hundred records of another hub', async () => {
  await send(...many('entry', 'f', 100, () => ({ ...at('330402202'), ...kilograms('1') })))
  await api.pool.query(
    `insert into peer_versions (record_id, version, origin, hops, via)
     select record_id, version, 'other', '{other}', 'other' from record_versions where record_id like '%:f0%'`,
  )
  await post(record('sale', 'own', { ...at('330402202'), ...kilograms('150') }))
  expect(await overs('330402202')).toEqual([['open', '50']])
})

test('a lot of thousands of records is judged by all of them', async () => {
  const place = { ...at('330402203'), ...lot('LOTMANY') }
  const sold = many('sale', 'm', 2500, () => ({ ...place, ...kilograms('1') }))
  await post(record('entry', 'm', { ...place, ...kilograms('1500') }), ...sold)
  expect(await overs('LOTMANY')).toEqual([['open', '1000']])
  const answer = (await api.call('GET', '/v1/lots/LOTMANY/balance')).json()
  expect(answer.lots).toMatchObject([{ verdict: 'over', in: '1500', out: '2500', isPartial: false }])
})

test('an arrival that was written down twice counts once, however many others there were', async () => {
  const owner = { parties: [{ role: 'owner', name: '阿芳示例蔬菜摊', ids: [] }] }
  await post(
    record('entry', 'u', { ...at('330402204', 'A-1'), ...lot('LOTU'), ...owner, ...kilograms('100') }),
  )
  await api.pool.query(
    `insert into goods_moves (site, record_id, flow, version, system, site_name, day, goods, product_class, code, kilograms, is_bare, is_suspect)
     select site, 'a' || n, flow, version, system, site_name, day, goods, product_class, 'lot:FILL' || n, 0, false, false
       from goods_moves, generate_series(1, 2100) n where site = '330402204'`,
  )
  await send(
    record('entry', 'v', {
      ...at('330402204'),
      system: 'stall-ledger',
      ...owner,
      ...kilograms('100'),
      documents: [],
    }),
  )
  await post(record('sale', 'w', { ...at('330402204'), ...kilograms('150') }))
  const { products } = (await api.call('GET', `/v1/balance?site=330402204&day=${DAY}`)).json()
  expect(products).toMatchObject([{ verdict: 'over', in: '100', out: '150' }])
})
