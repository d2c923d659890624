import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const sale = (bill: string): string => `urn:cnft:sale:jiaxing-wholesale:trade:${bill}`
const list = async (query: string) => (await api.call('GET', `/v1/records?${query}`)).json()
const bills = async (query: string): Promise<string[]> =>
  (await list(query)).records.map((record: { key: string[] }) => record.key[0])

beforeAll(async () => {
  await api.push(
    TRADES,
    JSON.stringify([
      trade('A1'),
      trade('A2', { certNo: 'HGZ20240416-AAAA', tradeTime: '2024/4/16 0:30:00' }),
      trade('A3', { marketCode: '330602001', sellerCode: '3306020010107' }),
    ]),
  )
  await api.push(TRADES, JSON.stringify([trade('A1', { price: '5.25', amount: '525.00' })]))
})

it('lists the newest version of each record, whole, in the order in which these versions came', async () => {
  const { records, next } = await list('kind=sale')
  expect(next).toBeNull()
  expect(records.map((record: { id: string; version: number }) => [record.id, record.version])).toEqual([
    [sale('A2'), 1],
    [sale('A3'), 1],
    [sale('A1'), 2],
  ])
  expect(records[2]).toMatchObject({
    kind: 'sale',
    system: 'jiaxing-wholesale',
    record: 'trade',
    status: 'active',
    schema: 1,
    mapping: 'jiaxing-wholesale/trade@2',
    price: { value: '5.25', per: 'KGM' },
    product: { name: '番茄' },
  })
})

it.each([
  ['kind=payment', ['A2', 'A3', 'A1']],
  ['kind=sale&system=shaoxing-slaughter', []],
  ['kind=sale&region=330400', ['A2', 'A1']],
  ['kind=sale&region=33', ['A2', 'A3', 'A1']],
  ['kind=sale&code=HGZ20240416-AAAA', ['A2']],
  ['kind=sale&code=cn.mofcom.operator13:3306020010107', ['A3']],
  ['kind=sale&from=2024-04-16', ['A2']],
  ['kind=sale&to=2024-04-15', ['A3', 'A1']],
  ['kind=sale&from=2024-04-15T00:00:00%2B08:00&to=2024-04-15T03:42:10%2B08:00', []],
  ['kind=sale&status=void', []],
])('finds by %s', async (query, wanted) => {
  expect(await bills(query)).toEqual(wanted)
})

it('pages without a gap and without a repeat', async () => {
  const seen: string[] = []
  let after = ''
  for (let page = 0; page < 10; page++) {
    const { records, next } = await list(`limit=1${after}`)
    seen.push(...records.map((record: { id: string }) => record.id))
    if (next === null) break
    after = `&after=${next}`
  }
  expect(seen).toHaveLength(6)
  expect(new Set(seen).size).toBe(6)
})

it('gives one record by its identifier, and all its versions, newest first', async () => {
  const path = `/v1/records/${encodeURIComponent(sale('A1'))}`
  expect((await api.call('GET', path)).json()).toMatchObject({ id: sale('A1'), version: 2 })
  const { versions, next } = (await api.call('GET', `${path}?versions=true`)).json()
  expect(versions.map((record: { version: number }) => record.version)).toEqual([2, 1])
  expect(next).toBeNull()
  const first = (await api.call('GET', `${path}?versions=true&limit=1`)).json()
  const second = (await api.call('GET', `${path}?versions=true&limit=1&after=${first.next}`)).json()
  expect([first.versions[0].version, second.versions[0].version]).toEqual([2, 1])
})

it('an identifier whose key has other letters is found, whether it was encoded for the path or pasted into it', async () => {
  await api.push(TRADES, JSON.stringify([trade('批/7号')]))
  const [record] = (await list(`kind=sale&limit=1000`)).records.slice(-1)
  expect(record.key).toEqual(['批/7号'])
  for (const path of [encodeURIComponent(record.id), record.id]) {
    expect((await api.call('GET', `/v1/records/${path}`)).json()).toMatchObject({ id: record.id })
  }
})

it('a record that there is not is 404', async () => {
  const answer = await api.call('GET', `/v1/records/${encodeURIComponent(sale('Z9'))}`)
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ code: 'not_found' })
})

it.each([
  ['limit=0', '?limit'],
  ['limit=1001', '?limit'],
  ['limit=ten', '?limit'],
  ['limit=1&limit=2', '?limit'],
  ['kind=sales', '?kind'],
  ['colour=red', '?colour'],
  ['__proto__=x', '?__proto__'],
  ['after=xyz', '?after'],
  ['after=WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ', '?after'],
  ['from=2024-02-30', '?from'],
  ['from=yesterday', '?from'],
  ['region=zhejiang', '?region'],
  ['code=a%00b', '?code'],
  ['system=', '?system'],
])('%s is refused with the name of the parameter', async (query, path) => {
  const answer = await api.call('GET', `/v1/records?${query}`)
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'invalid_request' })
  expect(answer.json().issues.map((issue: { path: string }) => issue.path)).toContain(path)
})

it('from that is not before to is refused with where it is wrong, for records and inspections; a single day is both', async () => {
  for (const [path, from, to] of [
    ['records', '2026-03-28', '2026-03-27'],
    ['records', '2026-03-28T10:00:00%2B08:00', '2026-03-28T09:00:00%2B08:00'],
    ['inspections', '2026-03-28', '2026-03-27'],
  ]) {
    const refused = await api.call('GET', `/v1/${path}?from=${from}&to=${to}`)
    expect(refused.statusCode).toBe(400)
    expect(refused.json().issues).toMatchObject([{ path: '?from', code: 'E_SCHEMA' }])
  }
  expect((await list('from=2024-04-16&to=2024-04-16')).records.length).toBeGreaterThan(0)
})
