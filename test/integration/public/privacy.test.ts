import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { type Planted, personOf, recordsWith } from '#test/trace/planted-persons.ts'
import { storeRecords } from '#test/trace/store-records.ts'
import { publicApp } from './app.ts'

const PERSONS = 200
const database = withDatabase()
let pool: Pool
let app: FastifyInstance
beforeAll(async () => {
  pool = createPool({ url: database.url, max: 4, plansOnce: true })
  app = await publicApp(pool, ['one'])
  for (let run = 0; run < PERSONS; run++) await storeRecords(pool, recordsWith(run, personOf(run)))
}, 300_000)
afterAll(async () => {
  await app.close()
  await pool.end()
})

let visitor = 0
/** As another visitor each time, so that none is limited. */
const get = (url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> => {
  visitor++
  return app.inject({
    url,
    headers,
    remoteAddress: `10.${visitor >> 16}.${(visitor >> 8) & 255}.${visitor & 255}`,
  })
}

/** Everything that is sent: status line apart, headers and body, and the body of a PNG as text too. */
const sent = ({ headers, rawPayload }: LightMyRequestResponse): string =>
  `${JSON.stringify(headers)}\n${rawPayload.toString('utf8')}\n${rawPayload.toString('latin1')}`

const secretsOf = ({ name, phone, citizen, plate, money }: Planted): string[] => [
  ...[name, phone, citizen, plate, money],
  // What two sides know of a name: with the middle hidden it is still one.
  `${name.slice(0, 1)}*`,
]

const around = (text: string, secret: string): string => {
  const at = text.indexOf(secret)
  return text.slice(Math.max(0, at - 200), at + 200)
}

const KNOWN = ['L', 'D', 'V'] as const

/** Fifty addresses of a path and around it: pages, data, pictures, labels, choices, and what is refused. */
function addressesOf(run: number, { name, phone, citizen }: Planted): string[] {
  const of = (code: string): string[] => [
    `/t/${code}`,
    `/t/${code}?lang=en`,
    `/t/${code}?lang=zh`,
    `/t/${code.toLowerCase()}`,
    `/t/${code}?of=0123456789`,
    `/t/${code}/labels`,
    `/t/${code}/labels?lang=en&count=3`,
    `/t/${code}/qr.svg`,
    `/t/${code}/qr.png`,
    `/public/v1/trace/${code}`,
    `/public/v1/trace/${code.toLowerCase()}`,
    `/public/v1/trace/${code}?of=0123456789`,
    `/t/${encodeURIComponent(`https://zs.example.cn/t/${code}`)}`,
  ]
  const never = [phone, citizen, name, `local.one:L${run}`, `urn:cnft:sale:one:row:sale-${run}`].map((code) =>
    encodeURIComponent(code),
  )
  return [
    ...KNOWN.flatMap((kind) => of(`${kind}${run}`)),
    ...never.flatMap((code) => [`/t/${code}`, `/public/v1/trace/${code}`]),
    `/t/${'X'.repeat(300)}`,
  ]
}

test('10,000 answers around records of every kind with a person in every text hold no person', async () => {
  let answers = 0
  let pages = 0
  for (let run = 0; run < PERSONS; run++) {
    const person = personOf(run)
    const secrets = secretsOf(person)
    for (const url of addressesOf(run, person)) {
      const answer = await get(url)
      answers++
      const isKnown = KNOWN.some((kind) => url.includes(`${kind}${run}`)) && !url.includes('local.one')
      if (isKnown && answer.statusCode < 300) pages++
      const text = sent(answer)
      for (const secret of secrets) {
        if (text.includes(secret)) expect.fail(`${url} shows ${secret}: ${around(text, secret)}`)
      }
    }
  }
  expect(answers).toBeGreaterThanOrEqual(10_000)
  // Most of them are pages with a path on them, and not refusals.
  expect(pages).toBeGreaterThan(5000)
}, 600_000)

test('the planted path is there: its certificate, its failed or passed test, and its stop of sale are shown', async () => {
  const { body } = await get('/t/V1')
  for (const text of ['D1', '2024-04-15', '已停止销售', '承诺达标合格证', '检测'])
    expect(body).toContain(text)
  expect((await get('/t/V2')).body).toContain('已被召回')
})

test('whether a telephone, a citizen’s number or an own number of a trader is in the database cannot be found out', async () => {
  await storeRecords(pool, [
    {
      kind: 'sale',
      system: 'one',
      key: 'trader',
      body: {
        parties: [{ role: 'seller', name: '王建国', ids: [{ scheme: 'local.one', value: 'TRADER-7' }] }],
        documents: [
          { role: 'upstream', type: 'origin_cert', number: '13912345678' },
          { role: 'voucher', type: 'sales_voucher', number: 'V-TRADER-1' },
        ],
      },
    },
  ])
  expect((await get('/public/v1/trace/V-TRADER-1')).statusCode).toBe(200)
  const unknown = (await get('/public/v1/trace/NOBODY-1')).json()
  for (const code of ['13912345678', 'TRADER-7', '+8613912345678']) {
    const { statusCode, body } = await get(`/public/v1/trace/${encodeURIComponent(code)}`)
    expect(statusCode).toBe(404)
    expect({ ...JSON.parse(body), request: '' }).toEqual({ ...unknown, request: '' })
  }
})
