import { expect, test } from 'vitest'
import { followToTheEnd } from '#test/follow.ts'
import { withFindings } from './setting.ts'

const { api, post } = withFindings()

const PORK = { product: { name: '带皮片猪', class: 'pork' } }
const BEEF = { product: { name: '牛肉', class: 'beef' } }
const kilograms = (value: string) => ({ quantity: { value, unit: 'KGM' } })
const market = (code: string, name: string) => ({
  region: { code: code.slice(0, 6), year: 2024 },
  sites: [{ role: 'market', name, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
})
const record = (kind: string, key: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key] },
  occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
  ...market('330402112', '甲市场'),
  parties: [{ role: 'owner', name: '示例批发部', ids: [] }],
  ...more,
})
const line = (key: string, number: string, more: object) =>
  record('sale', key, {
    ...{ ...market('330402111', '批发市场'), saleKind: 'wholesale' },
    documents: [{ role: 'voucher', type: 'sales_voucher', number }],
    ...more,
  })
const entry = (key: string, number: string, more: object) =>
  record('entry', key, { documents: [{ role: 'upstream', type: 'sales_voucher', number }], ...more })
interface Found {
  readonly id: string
  readonly subject: string
  readonly state: string
  readonly sentence: { readonly zh: string }
  readonly numbers: readonly { readonly name: string; readonly value: string }[]
  readonly evidence: readonly { readonly id: string }[]
}
const list = async (where: string): Promise<Found[]> =>
  (await api.call('GET', `/v1/findings?${where}`)).json().findings
const about = async (kind: string, subject: string) =>
  (await list(`kind=${kind}`)).filter((one) => one.subject === subject)
const keysOf = ({ evidence }: Found) => evidence.map(({ id }) => id.split(':').at(-1)).sort()

test('papers of the pork on a voucher are none of the beef on it', async () => {
  const number = 'V300'
  const of = { role: 'voucher', type: 'sales_voucher', number }
  const papers = [
    { role: 'upstream', type: 'product_A', number: '3413028899' },
    { role: 'upstream', type: 'meat_quality', number: 'Q3413028899' },
  ]
  await post(
    line('l1', number, { ...PORK, ...kilograms('100'), documents: [of, ...papers] }),
    line('l2', number, { ...BEEF, ...kilograms('50') }),
    entry('e1', number, { ...PORK, ...kilograms('100') }),
    entry('e2', number, { ...BEEF, ...kilograms('50') }),
  )
  expect((await list('kind=no_paper&site=330402112')).map(keysOf)).toEqual([['e2']])
})

test('a voucher for pork and beef is found for what was used beyond it of one, and for goods that are neither', async () => {
  await post(
    line('l3', 'V301', { ...PORK, ...kilograms('100') }),
    line('l4', 'V301', { ...BEEF, ...kilograms('50') }),
    entry('e3', 'V301', { ...PORK, ...kilograms('20') }),
    entry('e4', 'V301', { ...BEEF, ...kilograms('70') }),
  )
  const [over, ...others] = await about('paper_overused', 'doc:V301')
  expect(others).toEqual([])
  expect(over?.numbers.map(({ name, value }) => `${name} ${value}`)).toEqual([
    'stated 50',
    'used 70',
    'left -20',
  ])
  expect(over?.sentence.zh).toContain('超用（牛肉）：凭证 50，已用 70 公斤')
  expect(await about('paper_other_goods', 'doc:V301')).toEqual([])
  await post(entry('e5', 'V301', { product: { name: '羊肉', class: 'mutton' }, ...kilograms('5') }))
  expect((await about('paper_other_goods', 'doc:V301')).map(keysOf)).toEqual([['e5']])
})

const withPapers = (number: string) => ({
  documents: [
    { role: 'upstream', type: 'product_B', number },
    { role: 'upstream', type: 'meat_quality', number: `Q${number}` },
  ],
})

/** Two entries without papers at a place, of which an official has resolved that they came so. */
async function resolvedAt(site: string) {
  const bare = (key: string, more: object = {}) =>
    record('entry', `${site}${key}`, { ...market(site, site), ...PORK, ...kilograms('10'), ...more })
  const found = () => list(`kind=no_paper&site=${site}`)
  const state = async () =>
    (await found()).flatMap((one) => [one.state, ...keysOf(one).map((key) => key?.slice(site.length))])
  await post(bare('m1'), bare('m2'))
  expect(await state()).toEqual(['open', 'm1', 'm2'])
  const id = encodeURIComponent((await found())[0]?.id ?? '')
  await api.call('POST', `/v1/findings/${id}/events`, { body: { event: 'resolve' } })
  await followToTheEnd(api.pool)
  expect(await state()).toEqual(['resolved', 'm1', 'm2'])
  return { bare, state }
}

test('missing papers that an official resolved are found anew where another entry has none, also where they are as many as before', async () => {
  const { bare, state } = await resolvedAt('330402119')
  await post(bare('m2', withPapers('3304020001')), bare('m3'))
  expect(await state()).toEqual(['open', 'm3'])
})

test('missing papers that an official resolved stay resolved for the same entries, corrected or fewer', async () => {
  const { bare, state } = await resolvedAt('330402120')
  await post(bare('m1', kilograms('12')))
  expect(await state()).toEqual(['resolved', 'm1', 'm2'])
  await post(bare('m2', withPapers('3304020002')))
  expect(await state()).toEqual(['resolved', 'm1', 'm2'])
  await post(bare('m1', withPapers('3304020003')))
  expect(await state()).toEqual(['resolved', 'm1', 'm2'])
})

test('an entry of sheep under the certificate of pigs is found, and one of ducks under that of hens', async () => {
  const certificate = (number: string, product: object) =>
    record('document', number, {
      ...{
        product,
        quantity: { value: '20', unit: 'HEA' },
        parties: [{ role: 'issuer', name: '示例站', ids: [] }],
      },
      documents: [{ role: 'self', type: 'animal_B', number }],
    })
  const arrival = (key: string, number: string, product: object) =>
    record('entry', key, {
      ...{ product, quantity: { value: '2', unit: 'HEA' } },
      documents: [{ role: 'upstream', type: 'animal_B', number }],
    })
  await post(
    certificate('3308001001', { name: '生猪', class: 'other_livestock' }),
    certificate('3308001002', { name: '活鸡', class: 'poultry_live' }),
    arrival('a1', '3308001001', { name: '大猪', class: 'other_livestock' }),
    arrival('a2', '3308001001', { name: '山羊', class: 'other_livestock' }),
    arrival('a3', '3308001002', { name: '三黄鸡', class: 'poultry_live' }),
    arrival('a4', '3308001002', { name: '光鸭', class: 'poultry_meat' }),
  )
  expect((await about('paper_other_goods', 'doc:3308001001')).map(keysOf)).toEqual([['a2']])
  expect((await about('paper_other_goods', 'doc:3308001002')).map(keysOf)).toEqual([['a4']])
})
