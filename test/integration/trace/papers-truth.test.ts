import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { loadPapers } from '#flow/documents/load-papers.ts'
import type { PaperQuestion } from '#flow/documents/schema.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { figuresOf } from '#flow/trace/read-document.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import type { Truth } from '#test/trace/paper-truth.ts'
import { type PaperWorld, paperWorld } from '#test/trace/paper-world.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'
import { type ToldWorld, tellWorld } from '#test/trace/tell-paper-world.ts'

const nowMs = Date.parse('2024-04-15T10:00:00Z')
const on = '2024-04-15'
const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('papers', 500, [papersReader])
async function follow(): Promise<void> {
  while ((await follower.step(pool)) === 'more');
}

const OF_QUANTITY = ['used_up', 'more_than_left', 'not_comparable', 'load_unread', 'load_in_other_unit']

/** What a gate says of loads: what is left, and whether their quantity is refused. */
async function gate(asked: readonly Truth[], quantityOf: (one: Truth) => number | null) {
  const questions = asked.map((one): PaperQuestion => {
    const quantity = quantityOf(one)
    return {
      ...{ number: one.number, product: one.product, on },
      ...(quantity === null ? {} : { quantity: String(quantity), unit: '公斤' }),
    }
  })
  const { papers } = await checkPapers(pool, questions, nowMs)
  return papers.map(({ left, reasons }) => ({
    left: Number(left?.value),
    said: reasons.flatMap(({ code }) => (OF_QUANTITY.includes(code) ? [code] : [])).join(),
  }))
}

/** Where a paper was used, and how much of each of its goods, as its page and its findings say. */
async function pages(numbers: readonly string[], as: ToldWorld['as']) {
  const asked = numbers.map((number) => ({ number, type: null, on }))
  const { papers } = await loadPapers(pool, asked, 20, pool, 'all', as)
  return new Map(
    papers.map((loaded, n) => {
      const { each } = figuresOf(loaded).left
      const sites = loaded.usage.takenIn.sites.filter(({ measures }) =>
        measures.some(({ value }) => value !== '0'),
      )
      return [
        numbers[n],
        {
          sites: sites.map(({ site }) => site).sort(),
          used: Object.fromEntries(each.map(({ goods, used }) => [goods.name, Number(used[0]?.value ?? 0)])),
        },
      ]
    }),
  )
}

/** What is told otherwise than it is true, by the number of the world's paper. */
async function mistakes(told: readonly ToldWorld[]): Promise<Map<string, string[]>> {
  const asked = told.flatMap(({ number: world, truths }) => truths.map((one) => ({ ...one, world })))
  const bare = await gate(asked, () => null)
  const exact = await gate(asked, ({ left }) => (left > 0 ? left : null))
  const more = await gate(asked, ({ left }) => Math.max(0, left) + 1)
  const numbersOf = (as: ToldWorld['as']) => [
    ...new Set(told.flatMap((one) => (one.as === as ? one.truths.map(({ number }) => number) : []))),
  ]
  const page = new Map([
    ...(await pages(numbersOf('everywhere'), 'everywhere')),
    ...(await pages(numbersOf('at_gate'), 'at_gate')),
  ])
  const wrong = new Map<string, string[]>()
  for (const [n, { world, number, product, used, left }] of asked.entries()) {
    const { sites = [], used: usedOf = {} } = page.get(number) ?? {}
    const of = asked.filter((one) => one.number === number)
    const none = left > 0 ? '' : 'used_up'
    for (const [what, is, ought] of [
      ['left', bare[n], { left, said: none }],
      ['exactly what is left', exact[n]?.said, none],
      ['more than is left', more[n]?.said, none || 'more_than_left'],
      ['page', used > 0 ? usedOf[product] : used, used],
      ['places', sites, [...new Set(of.flatMap(({ places }) => places))].sort()],
    ])
      if (JSON.stringify(is) !== JSON.stringify(ought)) {
        const text = `${number} ${product} ${what}: ${JSON.stringify(is)} for ${JSON.stringify(ought)}`
        wrong.set(world, [...(wrong.get(world) ?? []), text])
      }
  }
  return wrong
}

/** Of the worlds that are told wrongly those with the fewest records. */
const smallest = (told: readonly ToldWorld[], wrong: ReadonlyMap<string, string[]>): unknown[] =>
  told
    .filter(({ number }) => wrong.has(number))
    .sort((a, b) => a.records.length - b.records.length)
    .slice(0, 3)
    .map(({ number, records }) => [number, `of ${wrong.size}`, wrong.get(number), records.map(said)])

function said({ kind, system, version, status, body }: Written): string {
  const { sites = [], parties = [], documents = [], quantity, product, refund, admission } = body
  return [
    ...[kind, refund && 'refund', system, version, status, sites[0]?.name, product?.name, quantity?.value],
    ...parties.map(({ role, name }) => `${role}=${name}`),
    ...documents.map(({ role, number }) => `${role}=${number}`),
    admission,
  ]
    .filter(Boolean)
    .join(' ')
}

/** In the order of the world, each version behind those before it. */
function inOrder(records: readonly Written[], order: readonly number[]): Written[] {
  const place = ({ version = 1 }: Written, n: number) => version * 2000 + (order[n % order.length] as number)
  return records
    .map((one, n) => [place(one, n), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)
}

let run = 0
/** In three commits, the first of which the follower has seen. */
async function tell(worlds: readonly PaperWorld[]): Promise<ToldWorld[]> {
  const told = worlds.map((world) => tellWorld(world, String(run++)))
  const parts = told.map(({ records }, n) => inOrder(records, (worlds[n] as PaperWorld).order))
  for (const third of [0, 1, 2]) {
    await storeRecords(
      pool,
      parts.flatMap((all) => all.filter((_, n) => Math.floor((n * 3) / all.length) === third)),
    )
    if (third === 0) await follow()
  }
  return told
}

const seen = new Map<string, number>()
test('each kilogram that came in under a paper counts once at the first market, whoever tells of it in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
      const told = await tell(fc.sample(paperWorld, { seed, numRuns: 200 }))
      for (const what of told.flatMap((one) => [...one.seen])) seen.set(what, (seen.get(what) ?? 0) + 1)
      expect(smallest(told, await mistakes(told))).toEqual([])
    }),
    { numRuns: 4, endOnFailure: true },
  )
  // The law says nothing where nothing happens.
  for (const back of ['voucher', 'own', 'sentBack', 'both', 'arrival', 'all'])
    expect(seen.get(`back ${back}`) ?? 0, back).toBeGreaterThan(2)
}, 300_000)
