import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import type { Rehearsal } from '#flow/recall/schema.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'
import { expectFound, rootsOf } from '#test/recall/really.ts'
import { reachedOf } from '#test/recall/scene.ts'
import { type Happening, happening, worldOf } from '#test/recall/world.ts'

const api = withApi()
const SYSTEMS = ['farm', 'county', 'state', 'market0', 'market1', 'market2', 'market3']
const DAYS_OF_ONE = 60

beforeAll(async () => {
  for (const id of SYSTEMS) await createSystem(api.pool, { id, title: { zh: id, en: id } })
})

/** One request is of one system. */
async function push(records: readonly { readonly system: string }[]): Promise<void> {
  for (const body of Map.groupBy(records, ({ system }) => system).values()) {
    const answer = await api.call('POST', '/v1/records', { body })
    expect(answer.json(), answer.body).toMatchObject({ rejected: 0 })
  }
}
const asSent = (world: string, { id, kind, system, body: { flags: _, ...body } }: TracedRecord) => ({
  ...{ kind, system, key: [`${world}${id}`] },
  ...JSON.parse(JSON.stringify(body)),
})

/** As systems do it: some first with another mass, and corrected; and a record that should never have been, made void. */
async function tell(world: string, records: readonly TracedRecord[]): Promise<void> {
  const sent = records.map((one) => asSent(world, one))
  const wrong = sent.flatMap((one, n) =>
    one.quantity && n % 3 === 1 ? [{ ...one, quantity: { value: '7777', unit: 'KGM' } }] : [],
  )
  const [first] = sent
  const never = { ...first, key: [`${world}never`], quantity: { value: '999', unit: 'KGM' } }
  await push([...wrong, never])
  await push([...sent, { ...never, status: 'void' }])
}

const rehearse = async (code: string): Promise<Rehearsal> => {
  const answer = await api.call('POST', '/v1/recalls/rehearse', { body: { code } })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
/** Each place of the answer as a rehearsal has it. */
const sitesOf = ({ regions }: Rehearsal) =>
  regions.flatMap(({ markets, others }) => [
    ...markets.flatMap(({ stalls, ...market }) => [{ ...market, kind: 'market' }, ...stalls]),
    ...others,
  ])
const sum = (values: readonly (string | undefined)[]): number =>
  values.reduce((all, value) => all + Number(value ?? 0), 0)

/** Cells of the rows of a sheet that tell of one part, by their columns. */
async function sheetOf(code: string, part: string): Promise<Record<string, string>[]> {
  const { rawPayload } = await api.call('POST', '/v1/recalls/rehearse.xlsx', {
    body: { code },
    headers: { 'accept-language': 'en' },
  })
  const rows = rawPayload.toString('utf8').match(/<row .*?<\/row>/gs) ?? []
  return rows
    .map((row) =>
      Object.fromEntries(
        [...row.matchAll(/<c r="([A-Z])\d+"[^>]*>(?:<is><t[^>]*>|<v>)(.*?)<\//gs)].map(([, at, text]) => [
          at,
          text,
        ]),
      ),
    )
    .filter(({ A }) => A === part)
}

/** What the answer, its lots, its places and its sheet say is the same. */
async function expectOneAnswer(code: string, found: Rehearsal): Promise<void> {
  const { mass, lots, regions } = found
  const kilograms = mass.filter(({ unit }) => unit === 'KGM')
  for (const { stage, where, away } of kilograms) {
    const own = lots.filter((lot) => lot.stage === stage).flatMap((lot) => lot.found)
    for (const [find, value] of Object.entries(where))
      expect(sum(own.map((one) => (one.where === find ? one.value : '0')))).toBe(Number(value))
    expect(sum(Object.values(away))).toBe(Number(where.leftRegion))
  }
  const markets = regions.flatMap((region) => region.markets)
  const there = sum(kilograms.flatMap(({ where, away }) => [where.atSites, away.atSites]))
  expect(sum(markets.flatMap(({ left }) => left.map(({ value }) => value)))).toBe(there)
  for (const { left, stalls } of markets)
    expect(sum(stalls.flatMap((stall) => stall.left.map(({ value }) => value)))).toBe(
      sum(left.map(({ value }) => value)),
    )
  const told = await sheetOf(code, 'what became of it')
  const inSheet = (words: string): number => sum(told.flatMap(({ F, H }) => (H === words ? [F] : [])))
  expect(inSheet('found')).toBe(sum(kilograms.map((one) => one.found)))
  expect(inSheet('should still be there')).toBe(sum(kilograms.map(({ where }) => where.atSites)))
  expect(inSheet('sold at retail')).toBe(sum(kilograms.map(({ where }) => where.soldRetail)))
  const places = await sheetOf(code, 'place')
  const inPlaces = places.flatMap(({ C, F }) => (C === 'Market' ? [F] : []))
  expect(sum(inPlaces)).toBe(there)
}

let run = 0
let seenPlaces = 0
const cases = () => casesFollower({ pool: api.pool, intake: api.intake })

/** An arrival that a ledger and the county tell, and all of it destroyed under the paper that the goods first came under. */
const TOLD_TWICE: Happening = {
  pairs: [
    {
      ...{ isSaleTold: false, market: 'both', county: 'both', less: 0, isLedger: true, isFirstNamed: false },
      unnamed: 0,
      isVoucherNamed: { market: false, county: false },
    },
  ],
  events: (['sell', 'sell', 'destroy'] as const).map((does) => ({
    ...{ does, of: 0, to: 0, part: 100, isOfBoth: false, isOfSeveral: false, isOwnerNamed: false },
    isUnder: does === 'destroy',
  })),
  farm: { isPaperTold: false, isCountyTelling: false, isOfOne: true, lost: 0 },
  isTwice: false,
}

test('what systems tell, correct and make void is found over HTTP where it is, and the answer, its lots, places and sheet agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      happening,
      fc.array(fc.nat(40), { minLength: 3, maxLength: 3 }),
      async (world, picks) => {
        run += 1
        const prefix = `W${run}`
        const { parcels, records, together } = worldOf(world, { prefix, day: run * DAYS_OF_ONE - 4000 })
        await tell(prefix, records)
        await followToTheEnd(api.pool)
        const roots = rootsOf(parcels)
        for (const pick of picks) {
          const { root, of } = roots[pick % roots.length] as (typeof roots)[number]
          const found = await rehearse(root)
          const sites = sitesOf(found) as Parameters<typeof expectFound>[0]['sites']
          expectFound({ mass: found.mass, sites }, reachedOf(parcels, of), together)
          await expectOneAnswer(root, found)
        }
      },
    ),
    { numRuns: 15, examples: [[TOLD_TWICE, [0, 0, 0]]] },
  )
}, 120_000)

test('every market at which goods of a case should still be by its rehearsal has a notice of the hold', async () => {
  await fc.assert(
    fc.asyncProperty(happening, fc.nat(40), async (world, pick) => {
      run += 1
      const prefix = `W${run}`
      const { parcels, records } = worldOf(world, { prefix, day: run * DAYS_OF_ONE - 4000 })
      await tell(prefix, records)
      await followToTheEnd(api.pool, cases())
      const lots = rootsOf(parcels).filter(({ root }) => root.startsWith('lot:'))
      const { root } = lots[pick % lots.length] as (typeof lots)[number]
      const opened = await api.call('POST', '/v1/cases', { body: { code: root, reason: '群众举报' } })
      expect(opened.statusCode, opened.body).toBe(201)
      await followToTheEnd(api.pool, cases())
      const told = await api.call('GET', `/v1/recalls/${opened.json().id}/notices?limit=200`)
      expect(told.statusCode, told.body).toBe(200)
      const receivers: string[] = told.json().notices.map(({ receiver }: { receiver: string }) => receiver)
      const places = (await rehearse(root)).regions.flatMap(({ markets }) => markets)
      for (const { code, left } of places)
        if (sum(left.map(({ value }) => value)) > 0)
          expect(
            receivers.some((one) => one.startsWith(`place:${code}`)),
            `${root} ${code}`,
          ).toBe(true)
      seenPlaces = Math.max(seenPlaces, places.length)
    }),
    { numRuns: 6 },
  )
  expect(seenPlaces).toBeGreaterThan(1)
}, 120_000)
