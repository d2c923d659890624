import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { readDocument } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { at, paper } from '#test/trace/certificates.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const on = '2024-04-15'
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('papers', 200, [papersReader])
const follow = async (): Promise<void> => {
  while ((await follower.step(pool)) === 'more');
}

const market = (value: string) => ({
  ...{ role: 'market' as const, name: `示例市场${value}` },
  ids: [{ scheme: 'cn.mofcom.node9', value }],
})
const FIRST = market('330105012')
const OTHER = market('330402003')
const certificate = (number: string): Written =>
  paper(number, 'promise_cert', {
    body: {
      ...{ product: { name: '番茄', class: 'vegetable' }, quantity: { value: '50', unit: 'KGM' } },
      ...{
        region: { code: '330105', year: 2024 },
        destination: undefined as never,
        vehicle: undefined as never,
      },
    },
  })
const entry = (
  number: string,
  site: typeof FIRST,
  admission: string,
  more: Partial<Written> = {},
): Written => ({
  ...{ kind: 'entry', system: 'platform', key: `${number} ${site.name}` },
  ...more,
  body: {
    ...{ occurredAt: at('2024-04-15T02:00:00'), region: { code: '330105', year: 2024 }, sites: [site] },
    ...{ product: { name: '番茄', class: 'vegetable' }, quantity: { value: '50', unit: 'KGM' } },
    documents: [{ role: 'upstream', type: 'promise_cert', number }],
    admission,
  } as Written['body'],
})

/** What the gate of a market says, before the follower knows of the records and after, and how much of the paper is used by its page. */
async function told(number: string, site: typeof FIRST) {
  const ask = async () => {
    const asked = { number, on, quantity: '50公斤', product: '番茄', site: site.ids[0]?.value ?? '' }
    const { papers } = await checkPapers(pool, [asked], nowMs)
    const { used, left } = await readDocument(pool, { type: 'any', number, on, nowMs })
    return [
      // The certificate of the test does not tell all that is asked for.
      papers[0]?.reasons.flatMap(({ code }) => (code === 'fields_missing' ? [] : code)),
      used[0]?.value,
      left?.value,
    ]
  }
  const before = await ask()
  await follow()
  expect(await ask()).toEqual(before)
  return before
}

test('a load that one gate refused has used nothing of its paper: it comes in at the next, and is used there', async () => {
  const number = 'PCVR1'
  await storeRecords(pool, [certificate(number), entry(number, FIRST, 'refused_no_docs')])
  expect(await told(number, OTHER)).toEqual([[], undefined, '50'])
  await storeRecords(pool, [entry(number, OTHER, 'admitted_with_docs')])
  expect(await told(number, FIRST)).toEqual([['used_up', 'shared_elsewhere'], '50', '0'])
})

test('a load that was let in after it had been refused, as its market corrects, is used there', async () => {
  const number = 'PCVR2'
  await storeRecords(pool, [certificate(number), entry(number, FIRST, 'refused_test_fail')])
  expect((await told(number, OTHER))[0]).toEqual([])
  await storeRecords(pool, [entry(number, FIRST, 'admitted_after_test', { version: 2 })])
  expect(await told(number, OTHER)).toEqual([['used_up', 'shared_elsewhere'], '50', '0'])
})
