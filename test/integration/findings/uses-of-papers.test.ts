import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const market = (code: string) => ({
  region: { code: code.slice(0, 6), year: 2024 },
  sites: [{ role: 'market', name: code, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
})
const at = (time: string) => ({ occurredAt: { at: `${time}+08:00`, precision: 'second' } })
const kilograms = (value: string) => ({ quantity: { value, unit: 'KGM' } })
const under = (type: string, number: string) => ({ documents: [{ role: 'upstream', type, number }] })
const record = (kind: string, key: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key] },
  ...at('2024-04-15T05:00:00'),
  ...market('330402160'),
  ...{ product: { name: '带皮片猪', class: 'pork' }, ...kilograms('10') },
  ...more,
})
const entry = (key: string, more: object): object => record('entry', key, more)
const paper = (type: string, number: string, more: object = {}): object =>
  record('document', `paper ${number}`, {
    ...at('2024-04-15T02:00:00'),
    parties: [{ role: 'issuer', name: '龙游示例屠宰场', ids: [] }],
    documents: [
      {
        ...{ role: 'self', type, number },
        issuedOn: { at: '2024-04-15T02:00:00+08:00', precision: 'second' },
      },
    ],
    ...kilograms('1000'),
    ...more,
  })

interface Found {
  readonly subject: string
  readonly state: string
  readonly severity: string
  readonly owner: { readonly role: string; readonly region: { readonly code: string } }
  readonly documents: readonly { readonly type: string; readonly number: string }[]
  readonly sentence: { readonly en: string; readonly zh: string }
  readonly evidence: readonly { readonly id: string }[]
}
const about = async (kind: string, number: string): Promise<Found[]> =>
  (await api.call('GET', `/v1/findings?kind=${kind}&limit=1000`))
    .json()
    .findings.filter(({ subject }: Found) => subject === `doc:${number}`)
const states = async (kind: string, number: string) =>
  (await about(kind, number)).map(({ state, evidence }) => [
    state,
    ...evidence.map(({ id }) => id.split(':').at(-1)).sort(),
  ])
const reasons = async (number: string): Promise<string[]> =>
  (await api.call('GET', `/v1/documents/${number}?on=2024-04-15`))
    .json()
    .document.reasons.map(({ code, severity }: { code: string; severity: string }) => `${code} ${severity}`)

test('a paper of one transport that only its uses tell of is found where it was used at two markets', async () => {
  const elsewhere = market('330402161')
  await post(
    entry('t1', under('product_B', 'T1')),
    entry('t1b', { ...under('product_B', 'T1'), ...elsewhere }),
    entry('t2', under('unknown', 'T2')),
    entry('t2b', { ...under('product_A', 'T2'), ...elsewhere }),
  )
  expect(await about('paper_used_twice', 'T1')).toMatchObject([
    {
      ...{ state: 'open', severity: 'serious' },
      owner: { role: 'market_supervision', region: { code: '330402' } },
      documents: [{ type: 'product_B', number: 'T1' }],
    },
  ])
  expect(await states('paper_used_twice', 'T1')).toEqual([['open', 't1', 't1b']])
  expect(await states('paper_used_twice', 'T2')).toEqual([['open', 't2', 't2b']])
  expect(await reasons('T1')).toContain('used_twice warn')
  // Of goods bought on from the one market it was no second use.
  await post(
    entry('t3', { ...under('product_B', 'T3'), parties: [{ role: 'owner', name: '甲批发部', ids: [] }] }),
    entry('t3b', {
      ...{ ...under('product_B', 'T3'), ...elsewhere },
      parties: [{ role: 'supplier', name: '甲批发部', ids: [] }],
    }),
  )
  expect(await states('paper_used_twice', 'T3')).toEqual([])
  await post(paper('product_B', 'T1'))
  expect(await states('paper_used_twice', 'T1')).toEqual([['open', 't1', 't1b']])
})

test('a paper of one transport that came in at two markets is found also where the slaughterhouse tells of its sales, and what it sold is no place of use', async () => {
  const house = {
    region: { code: '330603', year: 2024 },
    sites: [
      {
        ...{ role: 'slaughterhouse', name: '稽山示例肉联厂' },
        ids: [{ scheme: 'cn.mofcom.node9', value: '330603001' }],
      },
    ],
  }
  const goods = { product: { name: '带皮片猪', class: 'pork' }, ...kilograms('1600') }
  const [first, second] = ['330402160', '330402161'] as const
  const deal = (number: string, to: string) => [
    record('sale', `sold ${number} ${to}`, {
      ...{ ...house, ...kilograms('800'), saleKind: 'wholesale' },
      parties: [
        { role: 'seller', name: '稽山示例生猪批发部', ids: [] },
        { role: 'buyer', name: `${to}示例鲜肉店`, ids: [] },
      ],
      documents: [
        { role: 'voucher', type: 'sales_voucher', number: `V${number}${to}` },
        ...under('product_B', number).documents,
      ],
    }),
    entry(`came ${number} ${to}`, {
      ...{ ...market(to), ...kilograms('800') },
      parties: [
        { role: 'owner', name: `${to}示例鲜肉店`, ids: [] },
        { role: 'supplier', name: '稽山示例生猪批发部', ids: [] },
      ],
      documents: [
        { role: 'upstream', type: 'sales_voucher', number: `V${number}${to}` },
        ...under('product_B', number).documents,
      ],
    }),
  ]
  const slaughter = (number: string) =>
    record('transformation', `slaughter ${number}`, {
      ...{ ...house, process: 'slaughter', product: undefined, quantity: undefined },
      output: { ...goods, documents: [{ role: 'output', type: 'product_B', number }] },
    })
  await post(slaughter('S1'), ...deal('S1', first), ...deal('S1', second))
  await post(slaughter('S2'), ...deal('S2', first))
  const [found] = await about('paper_used_twice', 'S1')
  expect(found).toMatchObject({ state: 'open', severity: 'serious' })
  expect(found?.sentence.en).toMatch(/at 2 places/)
  expect(found?.sentence.en).not.toMatch(/稽山/)
  expect(await reasons('S1')).toContain('used_twice warn')
  expect(await states('paper_used_twice', 'S2')).toEqual([])
  expect(await reasons('S2')).not.toContain('used_twice warn')
})

test('of a number that markets call papers of several types nothing is found, nor of a paper of a batch', async () => {
  const elsewhere = market('330402161')
  await post(
    entry('n1', under('product_B', 'N1')),
    entry('n1b', { ...under('meat_quality', 'N1'), ...elsewhere }),
    entry('n2', under('promise_cert', 'N2')),
    entry('n2b', { ...under('promise_cert', 'N2'), ...elsewhere }),
    entry('n3', under('unknown', 'N3')),
    entry('n3b', { ...under('unknown', 'N3'), ...elsewhere }),
    // A certificate of 2026 under the name of before is the same paper.
    entry('n4', under('product_A', 'N4')),
    entry('n4b', { ...under('product_2026', 'N4'), ...elsewhere }),
  )
  for (const number of ['N1', 'N2', 'N3']) {
    expect(await states('paper_used_twice', number)).toEqual([])
    expect(await reasons(number)).toContain('used_twice note')
  }
  expect(await states('paper_used_twice', 'N4')).toEqual([['open', 'n4', 'n4b']])
  await post(paper('promise_cert', 'N4'))
  expect(await states('paper_used_twice', 'N4')).toEqual([['resolved', 'n4', 'n4b']])
})

test('a paper that was used before the day of its issue is found, and one that was used earlier on that day is not', async () => {
  await post(
    ...[paper('product_B', 'I1'), paper('product_B', 'I2'), paper('sales_voucher', 'I3')],
    entry('i1', { ...under('product_B', 'I1'), ...at('2024-04-14T23:00:00') }),
    entry('i1b', under('product_B', 'I1')),
    entry('i2', { ...under('product_B', 'I2'), ...at('2024-04-15T00:30:00') }),
    entry('i3', { ...under('sales_voucher', 'I3'), ...at('2024-04-14T23:00:00') }),
  )
  const [found, ...others] = await about('paper_before_issue', 'I1')
  expect(others).toEqual([])
  expect(found).toMatchObject({
    ...{ state: 'open', severity: 'serious' },
    owner: { role: 'market_supervision', region: { code: '330402' } },
    title: { zh: '凭证开具前使用' },
    dueAt: { precision: 'second' },
    occurredAt: { at: '2024-04-14T00:00:00+08:00' },
    sentence: {
      en: 'Paper I1: 1 record used the paper before the day of its issue.',
      zh: '凭证 I1：1 条记录在开具日之前使用该凭证。',
    },
  })
  expect(await states('paper_before_issue', 'I1')).toEqual([['open', 'i1']])
  expect(await states('paper_before_issue', 'I2')).toEqual([])
  expect(await states('paper_before_issue', 'I3')).toEqual([])
  await post(entry('i1', { ...under('product_B', 'I1'), ...at('2024-04-15T01:00:00') }))
  expect((await about('paper_before_issue', 'I1')).map(({ state }) => state)).toEqual(['resolved'])
})

test('a load under two papers over-uses one only where both together state less, also where the other one is told or corrected late', async () => {
  const load = {
    ...kilograms('1200'),
    documents: ['3390000001', '3390000002'].map((number) => ({
      role: 'upstream',
      type: 'product_B',
      number,
    })),
  }
  await post(paper('product_B', '3390000001'), entry('together', load))
  expect(await states('paper_overused', '3390000001')).toEqual([])
  await post(paper('product_B', '3390000002', kilograms('100')))
  expect(await states('paper_overused', '3390000001')).toEqual([['open', 'together']])
  await post({
    ...paper('product_B', '3390000002', kilograms('300')),
    occurredAt: { at: '2024-04-15T02:00:01+08:00', precision: 'second' },
  })
  expect((await states('paper_overused', '3390000001')).map(([state]) => state)).toEqual(['resolved'])
})

test('a paper under which a buyer entered more than was sold to him is found over-used, until the sale is told as it was', async () => {
  const traders = (parties: Record<string, string>) => ({
    parties: Object.entries(parties).map(([role, name]) => ({ role, name, ids: [] })),
  })
  const sale = (value: string) =>
    record('sale', 'o3', {
      ...{ ...under('promise_cert', 'O1'), saleKind: 'wholesale', ...kilograms(value) },
      ...traders({ seller: '甲批发部', buyer: '乙商行' }),
    })
  await post(
    paper('promise_cert', 'O1'),
    entry('o2', { ...under('promise_cert', 'O1'), ...traders({ owner: '甲批发部' }), ...kilograms('1000') }),
    sale('10'),
  )
  expect(await states('paper_overused', 'O1')).toEqual([])
  await post(
    entry('o4', {
      ...{ ...under('promise_cert', 'O1'), ...market('330402161') },
      ...{ ...traders({ owner: '乙商行' }), ...kilograms('250') },
    }),
  )
  expect(await states('paper_overused', 'O1')).toEqual([['open', 'o2', 'o3', 'o4']])
  const [found] = await about('paper_overused', 'O1')
  expect(found?.sentence.en).toContain('1240')
  await post(sale('250'))
  expect((await states('paper_overused', 'O1')).map(([state]) => state)).toEqual(['resolved'])
})
