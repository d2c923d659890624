import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { rewrite } from '#test/rewrite.ts'

const api = withApi()
const sample = (path: string, name: string, type: string) =>
  api.push(path, readFileSync(`mappings/${path.split('/')[0]}/samples/valid/${name}`), { type })

beforeAll(async () => {
  const sent = [
    await sample('zj-agri-certificate/certificate', 'day.json', 'application/json'),
    await sample('zj-agri-certificate/certificate', 'one.json', 'application/json'),
    await sample('jiaxing-wholesale/trade', 'one.json', 'application/json'),
    await sample('jiaxing-wholesale/trade', 'day.json', 'application/json'),
    await sample('mofcom-city/market-entry', 'market_in_info_330109004_20240415.xml', 'text/xml'),
    await sample('mofcom-city/retail-entry', 'retail_market_in_info_330110021_20240415.xml', 'text/xml'),
    await sample('livestock-quarantine/product-a', 'one.xml', 'text/xml'),
    await sample('shanghai-platform/inbound', 'day.json', 'application/json'),
  ]
  for (const one of sent) expect(one.statusCode, one.body).toBe(200)
})

interface Paper {
  number: string
  verdict: string
  reasons: { code: string; severity: string; en: string; zh: string }[]
  left: { value: string; unit: string } | null
  used: { value: string; unit: string }[]
  ask: { en: string; zh: string }[]
  needs: { type: string }[][]
}
const check = async (...papers: object[]): Promise<Paper[]> => {
  const answer = await api.call('POST', '/v1/documents/check', { body: { papers } })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json().papers
}
const codes = (paper: Paper | undefined) => paper?.reasons.map(({ code }) => code)
const on = '2024-04-15'

it('more sold than stated: nothing is left of the paper, with the numbers in both languages', async () => {
  const [spinach] = await check({
    number: 'HGZ20240415-U2CX',
    on,
    product: '菠菜',
    quantity: '60公斤',
    site: '330110021',
  })
  expect(spinach).toMatchObject({
    verdict: 'refuse',
    left: { value: '-60', unit: 'KGM' },
    used: [{ value: '260', unit: 'KGM' }],
  })
  expect(codes(spinach)).toEqual(['used_up', 'shared_elsewhere'])
  expect(spinach?.reasons[0]).toMatchObject({
    en: 'Nothing is left of the paper: stated 200, used 260 kg.',
    zh: '凭证数量已用完：凭证 200，已用 260 公斤。',
  })
  expect(spinach?.ask[0]?.zh).toContain('同批其余货物')
})

it('a paper with enough left is ok; in one check two loads share what is left', async () => {
  const load = { number: 'HGZ20240415-M4ND', type: 'promise_cert', on, product: '大白菜', quantity: '600斤' }
  const [first, second] = await check(load, load)
  expect([first?.verdict, first?.left]).toEqual(['ok', { value: '380', unit: 'KGM' }])
  expect([second?.verdict, second?.left]).toEqual(['refuse', { value: '80', unit: 'KGM' }])
  expect(codes(second)).toEqual(['more_than_left'])
})

it('a load whose quantity cannot be read, or is in another unit than the paper, is told so and takes nothing', async () => {
  const load = { number: 'HGZ20240415-M4ND', type: 'promise_cert', on, product: '大白菜' }
  const answers = await check(
    ...['一车', '1e9999', '3,00', '20头', '380'].map((quantity) => ({ ...load, quantity })),
  )
  expect(answers.map((one) => [one?.verdict, one?.left?.value, ...(codes(one) ?? [])])).toEqual([
    ...['一车', '1e9999', '3,00'].map(() => ['warn', '380', 'load_unread']),
    ['ok', '380', 'load_in_other_unit'],
    ['ok', '380'],
  ])
  expect(answers[0]?.reasons[0]).toMatchObject({ values: { load: '一车', left: '380', unit: 'KGM' } })
})

it('a load that is more than what is left takes nothing from those behind it, nor does one of nothing or less', async () => {
  const load = { number: 'HGZ20240415-M4ND', type: 'promise_cert', on, product: '大白菜' }
  const answers = await check(
    ...['400公斤', '-200', '0', '300公斤', '80公斤'].map((quantity) => ({ ...load, quantity })),
  )
  expect(answers.map(({ verdict, left }) => [verdict, left?.value])).toEqual([
    ...[
      ['refuse', '380'],
      ['ok', '380'],
      ['ok', '380'],
    ],
    ...[
      ['ok', '380'],
      ['ok', '80'],
    ],
  ])
})

it('pieces are not held against kilograms, and the plate and place of one transport count', async () => {
  const [pork] = await check({
    number: '3413020988',
    type: 'product_A',
    on,
    product: '带皮片猪',
    quantity: '1640',
    unit: '公斤',
    site: '330110021',
    plate: '皖L·0X009',
  })
  expect(pork).toMatchObject({ verdict: 'refuse', left: null })
  expect(codes(pork)).toEqual(['used_elsewhere', 'other_plate', 'not_comparable'])
  expect(pork?.needs.map((group) => group.map(({ type }) => type))).toEqual([['meat_quality']])
  expect(JSON.stringify(pork)).not.toContain('L0X009')
})

it('goods of another class are refused, of another kind are to be looked at', async () => {
  const [pork, aubergine, tomato] = await check(
    { number: 'HGZ20240415-7K3M', on, product: '猪肉' },
    { number: 'HGZ20240415-7K3M', on, product: '茄子' },
    { number: 'HGZ20240415-7K3M', on, product: '西红柿' },
  )
  expect(codes(pork)).toContain('other_goods')
  expect(codes(aubergine)).toContain('other_kind')
  expect([codes(tomato)].flat()).not.toContain('other_kind')
})

it('what nobody issued, what nobody knows, and what is known for another type are told apart', async () => {
  const [used, nowhere, other] = await check(
    { number: '3413028812', type: 'product_B', on },
    { number: 'NIRGENDS-1', on },
    { number: 'HGZ20240415-7K3M', type: 'origin_cert', on },
  )
  expect([used, nowhere, other].map((paper) => [paper?.verdict, codes(paper)])).toEqual([
    ['unknown', ['not_issued']],
    ['unknown', ['not_found']],
    ['unknown', ['other_type']],
  ])
})

it('a void reaches the gate at once, with its day and reason', async () => {
  const voided = await sample('zj-agri-certificate/certificate', 'void.json', 'application/json')
  expect(voided.statusCode, voided.body).toBe(200)
  const [cabbage] = await check({ number: 'HGZ20240415-M4ND', on, quantity: '100' })
  expect(cabbage?.verdict).toBe('refuse')
  expect(cabbage?.reasons[0]).toMatchObject({
    code: 'void',
    zh: '凭证已作废（2024-04-15），原因：数量填写错误。',
  })
})

it('a void of which nobody says the day is told with the day in China on which the hub was told', async () => {
  const record = {
    kind: 'document',
    system: 'zj-agri-certificate',
    key: ['untold'],
    occurredAt: { at: '2026-03-01', precision: 'day' },
    parties: [{ role: 'issuer', name: '示例专业合作社', ids: [] }],
    product: { name: '番茄' },
    documents: [{ role: 'self', type: 'promise_cert', number: 'HGZ20260301-ZZ9Q' }],
  }
  const id = 'urn:cnft:document:zj-agri-certificate:canonical:untold'
  for (const [i, body] of [record, { ...record, status: 'void' }].entries()) {
    const answer = await api.call('POST', '/v1/records', { body })
    expect(answer.json().results, answer.body).toMatchObject([{ records: [{ id, version: i + 1 }] }])
  }
  // The evening before in Greenwich.
  await rewrite(
    api.pool,
    'update record_versions set received_at = $2 where record_id = $1 and version = 2',
    [id, '2026-03-05T17:30:00Z'],
  )
  const [told] = await check({ number: 'HGZ20260301-ZZ9Q', on: '2026-03-06' })
  expect(told?.reasons[0]).toMatchObject({
    code: 'void',
    zh: '凭证已作废（2026-03-06 得知）。',
    values: { since: '2026-03-06' },
  })
})

it('a void that is sent again with another reason keeps the day on which the hub was told first, unless it was taken back in between', async () => {
  const record = {
    ...{ kind: 'document', system: 'zj-agri-certificate', key: ['resent'], product: { name: '番茄' } },
    occurredAt: { at: '2026-03-01', precision: 'day' },
    parties: [{ role: 'issuer', name: '示例专业合作社', ids: [] }],
    documents: [{ role: 'self', type: 'promise_cert', number: 'HGZ20260301-RE5T' }],
  }
  const id = 'urn:cnft:document:zj-agri-certificate:canonical:resent'
  const send = async (version: number, more: object) => {
    const answer = await api.call('POST', '/v1/records', { body: { ...record, ...more } })
    expect(answer.json().results, answer.body).toMatchObject([{ records: [{ id, version }] }])
    const text = 'update record_versions set received_at = $3 where record_id = $1 and version = $2'
    await rewrite(api.pool, text, [id, version, `2026-03-0${version}T02:00:00Z`])
  }
  const since = async () => {
    const [told] = await check({ number: 'HGZ20260301-RE5T', on: '2026-03-09' })
    const reason = told?.reasons.find(({ code }) => code === 'void')
    return /（(.+) 得知）/.exec(reason?.zh ?? '')?.[1]
  }
  const isVoid = (reason: string) => ({ status: 'void', void: { reason } })
  await send(1, {})
  await send(2, isVoid('数量填写错误'))
  await send(3, isVoid('品名填写错误'))
  expect(await since()).toBe('2026-03-02')
  await send(4, { product: { name: '樱桃番茄' } })
  expect(await since()).toBeUndefined()
  await send(5, isVoid('数量填写错误'))
  await send(6, isVoid('品名填写错误'))
  expect(await since()).toBe('2026-03-05')
})

it.each([
  [{ papers: [] }],
  [{ papers: [{ number: 'A', kind: 'x' }] }],
  [{ papers: [{ number: ' ' }] }],
  [{ papers: Array.from({ length: 201 }, () => ({ number: 'A' })) }],
  [{ papers: [{ number: 'A', type: 'passport' }] }],
])('%j is refused', async (body) => {
  expect((await api.call('POST', '/v1/documents/check', { body })).statusCode).toBe(400)
})

it('a day that is none is told of its paper alone, which is judged for today', async () => {
  const papers = await check({ number: 'HGZ20240415-7K3M', on: '2024-02-30' }, { number: 'NIRGENDS-1', on })
  expect(codes(papers[0])).toContain('day_unread')
  expect(papers[0]?.reasons.find(({ code }) => code === 'day_unread')?.zh).toContain('“2024-02-30”')
  expect(codes(papers[1])).toEqual(['not_found'])
})

it('to who is not given the words of a void they are left out, and its day stands', async () => {
  const key = await api.key('read')
  const body = { papers: [{ number: 'HGZ20240415-M4ND', on }] }
  const [paper] = (await api.call('POST', '/v1/documents/check', { key, body, purpose: null })).json().papers
  expect(paper.reasons[0]).toMatchObject({
    zh: '凭证已作废（2024-04-15）。',
    values: { since: '2024-04-15', why: '' },
  })
})

it('says which of many papers has no number', async () => {
  const body = { papers: [{ number: 'A' }, { number: '\u3000' }] }
  expect((await api.call('POST', '/v1/documents/check', { body })).json()).toMatchObject({
    code: 'invalid_request',
    issues: [{ path: '/papers/1/number', code: 'E_SCHEMA' }],
  })
})

it('needs the scope read', async () => {
  const body = { papers: [{ number: 'A' }] }
  const key = await api.key('push:jiaxing-wholesale')
  expect((await api.call('POST', '/v1/documents/check', { key, body })).statusCode).toBe(403)
  expect((await api.call('POST', '/v1/documents/check', { key: null, body })).statusCode).toBe(401)
  expect(
    (await api.call('POST', '/v1/documents/check', { key: await api.key('read'), body })).statusCode,
  ).toBe(200)
})

it('by its number alone a paper is found, with candidates', async () => {
  const answer = await api.call('GET', '/v1/documents/hgz20240415-7k3m?on=2024-04-15')
  expect(answer.json()).toMatchObject({
    number: 'HGZ20240415-7K3M',
    candidates: [{ type: 'promise_cert', system: 'zj-agri-certificate', issuedOn: '2024-04-15' }],
    document: { verdict: 'valid', statedKg: '300', usedKg: '300', left: { value: '0' }, siteCount: 1 },
  })
  expect((await api.call('GET', '/v1/documents/NIRGENDS')).statusCode).toBe(404)
})
