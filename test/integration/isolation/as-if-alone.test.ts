import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TraceGraph, TraceHold, TraceNode } from '#core/lineage/graph.ts'
import type { Sight } from '#core/sight.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { rehearseRecall } from '#flow/recall/rehearse.ts'
import { pageOfCards } from '#flow/reference/read-cards.ts'
import { pageOfSeenCards } from '#flow/reference/read-seen-cards.ts'
import { listMarkets } from '#flow/supervision/list-markets.ts'
import { readDay, readDays } from '#flow/supervision/read-summary.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withSight } from '#store/sighted.ts'
import { withDatabase } from '#test/database.ts'
import { followToTheEnd } from '#test/follow.ts'
import { pushSamples } from '#test/sample-day.ts'

/** Systems that the caller sees, of all that have samples; they name markets by code, as names are joined to codes by what anybody told. */
const SEEN = ['mofcom-city', 'market-scales']
const sight: Sight = { systems: SEEN, regions: [] }

const registry = await loadRegistry('mappings')
const systems = [...registry.systems.keys()]
const [whole, alone] = [withDatabase(), withDatabase()]
/** A hub with the samples of everybody, and one that has nothing but those of the caller. */
let all: Pool
let own: Pool

beforeAll(async () => {
  all = createPool({ url: whole.url })
  own = createPool({ url: alone.url })
  const some = new Map([...registry.systems].filter(([id]) => SEEN.includes(id)))
  for (const [pool, of] of [
    [all, registry.systems],
    [own, some],
  ] as const) {
    const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
    await pushSamples(intake, { systems: of })
    if (pool === all) await orderByOthers(intake)
    await intake.close()
    await followToTheEnd(pool)
  }
}, 300_000)

/** Orders of a system that the caller does not see, for every third of its lots each: a recall, a stop of sale, and one that was lifted. */
async function orderByOthers(intake: Intake): Promise<void> {
  const { rows } = await all.query<{ code: string }>(
    `select distinct c as code from record_versions, unnest(codes) c where c like 'lot:%' and system = any($1) order by 1`,
    [SEEN],
  )
  const order = (code: string, holdKind: string, hour: string) => ({
    ...{ kind: 'hold', system: 'zj-agri-certificate', key: [`${code}-${hour}`], holdKind, cause: '内部线索' },
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: code.slice('lot:'.length) }],
    sites: [{ role: 'market', name: '他处市场', ids: [] }],
    occurredAt: { at: `2026-03-02T${hour}:12:13+08:00`, precision: 'second' },
  })
  const records = rows.flatMap(({ code }, i) => {
    const kind = i % 3 === 0 ? 'recall' : 'stop_sale'
    return [order(code, kind, '08'), ...(i % 3 === 2 ? [order(code, 'release', '09')] : [])]
  })
  const bytes = Buffer.from(JSON.stringify(records))
  const receipt = await intake.pushCanonical({ bytes, keyId: null, mayPush: () => {} })
  expect(receipt).toMatchObject({ accepted: records.length })
}
afterAll(async () => {
  await all.end()
  await own.end()
})

it('markets of a day are, for a limited caller, those of a hub that has nothing but its records, with the same figures', async () => {
  const { rows } = await own.query<{ day: string }>(
    `select distinct day::text as day from supervision_lines where place <> '' order by 1`,
  )
  expect(rows.length).toBeGreaterThan(1)
  let others = 0
  for (const { day } of rows) {
    const seen = await listMarkets(all, day, {}, sight)
    const expected = await listMarkets(own, day, {}, null)
    // Names beside codes are those that anybody told, and regions those of all days.
    const plain = ({ markets }: typeof seen) =>
      markets.map(({ name: _, region: __, ...market }) => market).sort((a, b) => (a.site < b.site ? -1 : 1))
    expect(plain(seen)).toEqual(plain(expected))
    const paged = []
    for (let after: string | null = ''; after !== null; ) {
      const page = await listMarkets(all, day, { after, limit: 1 }, sight)
      paged.push(...page.markets)
      after = page.next
    }
    expect(paged).toEqual(seen.markets)
    for (const region of ['330100', '330400', '310000'])
      expect(plain(await listMarkets(all, day, { region }, sight))).toEqual(
        plain(await listMarkets(own, day, { region }, null)),
      )
    if (JSON.stringify(plain(await listMarkets(all, day, {}, null))) !== JSON.stringify(plain(seen))) others++
  }
  expect(others).toBeGreaterThan(0)
})

it('a market over days is, for a limited caller, that of a hub that has nothing but its records', async () => {
  const { rows } = await own.query<{ site: string; from: string; to: string }>(
    `select place as site, min(day)::text as from, max(day)::text as to from supervision_lines where place <> '' group by place order by 1`,
  )
  expect(rows.length).toBeGreaterThan(1)
  let differ = 0
  for (const { site, from, to } of rows) {
    const days = async (pool: Pool, by: Sight | null) => {
      const { scope, asOf: _, ...figures } = await readDays(pool, { site }, { from, to }, by)
      return { ...figures, site: scope.site }
    }
    const day = async (pool: Pool, by: Sight | null) => {
      const { scope: _, asOf: __, ...figures } = await readDay(pool, { site }, from, by)
      return figures
    }
    expect(await days(all, sight)).toEqual(await days(own, null))
    const alone = await day(own, null)
    // But what was disposed of in cases: of a market nobody tells apart whose goods these were.
    expect(await day(all, sight)).toEqual({ ...alone, cases: { ...alone.cases, disposed: null } })
    if (JSON.stringify(await days(all, null)) !== JSON.stringify(await days(all, sight))) differ++
  }
  expect(differ).toBeGreaterThan(0)
})

it('a rehearsal by a limited caller is that of a hub that has nothing but its records, says so, and names no link', async () => {
  const { rows } = await own.query<{ code: string }>(
    `select distinct c as code from record_versions, unnest(codes) c where c like 'lot:%' order by 1`,
  )
  expect(rows.length).toBeGreaterThan(5)
  let differ = 0
  for (const { code } of rows.slice(0, 40)) {
    const wish = { code, systems }
    const {
      ms: _,
      rehearsedAt: __,
      part,
      ...seen
    } = await rehearseRecall({ pool: all, clock: Date.now }, wish, sight)
    const {
      ms: ___,
      rehearsedAt: ____,
      part: whole,
      ...expected
    } = await rehearseRecall({ pool: own, clock: Date.now }, wish)
    expect([part, whole, seen.links]).toEqual([true, false, []])
    expect(seen).toEqual(expected)
    const everything = await rehearseRecall({ pool: all, clock: Date.now }, wish)
    if (everything.systems.length > seen.systems.length) differ++
  }
  expect(differ).toBeGreaterThan(0)
  const { rows: foreign } = await all.query<{ code: string }>(
    `select c as code from record_versions, unnest(codes) c where c like 'lot:%'
      except select c from record_versions, unnest(codes) c where system = any($1) limit 1`,
    [SEEN],
  )
  const answers = []
  for (const code of [foreign[0]?.code ?? '', 'lot:nobody-has-this'])
    answers.push(
      await rehearseRecall({ pool: all, clock: Date.now }, { code, systems }, sight).catch((error) => ({
        code: error.code,
        detail: error.detail,
      })),
    )
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toMatchObject({ code: 'not_found' })
})

it('cards are those of a hub that has nothing but its records', async () => {
  for (const subject of ['party', 'site'] as const) {
    const seen = await withSight(all, sight, (reader, hub) =>
      pageOfSeenCards({ reader, hub, sight }, { subject, limit: 1000 }),
    )
    const cards = await pageOfCards(own, { subject, limit: 1000 })
    const sorted = (found: typeof cards.cards) =>
      found
        .map(({ codes, names, kinds, regions, roles, systems, personal, conflicts }) => ({
          codes: codes.map((code) => JSON.stringify(code)).sort(),
          values: [names, kinds, regions, roles].map((values) =>
            values.map(({ value, count, systems }) => [value, count, systems]),
          ),
          rest: [systems, personal, conflicts],
        }))
        .sort((a, b) => ((a.codes[0] as string) < (b.codes[0] as string) ? -1 : 1))
    expect(cards.cards.length).toBeGreaterThan(3)
    expect(sorted(seen.cards)).toEqual(sorted(cards.cards))
  }
})

it('traces of a limited caller are those of a hub that has nothing but its records, but that goods are recalled or stopped is told as everybody is told it: what was ordered and on which day, and nothing else of the order', async () => {
  const { rows } = await own.query<{ code: string }>(
    `select distinct c as code from record_versions, unnest(codes) c where c ~ '^(lot|doc):' order by 1`,
  )
  expect(rows.length).toBeGreaterThan(5)
  const trace = async (pool: Pool, code: string, by: Sight | null = null): Promise<TraceGraph> =>
    await withSight(pool, by, (reader, hub) => traceLot(hub, { code, systems }, reader))
  /** A node of the hub with its records alone, and what everybody is told of orders for its goods. */
  const expected = (node: TraceNode, told: TraceNode | undefined): TraceNode => {
    if (!told || !['held', 'recalled'].includes(told.state)) return node
    const [order] = told.holds
    const { kind } = order as TraceHold
    const holds: TraceHold[] = [
      { record: null, kind, occurredAt: { at: '2026-03-02T00:00:00+08:00', precision: 'day' } },
    ]
    return { ...node, state: told.state, holds }
  }
  const states = new Set<string>()
  for (const { code } of rows) {
    const [seen, alone, whole] = [
      await trace(all, code, sight),
      await trace(own, code),
      await trace(all, code),
    ]
    const told = new Map(whole.nodes.map((node) => [node.code, node]))
    expect(seen).toEqual({
      ...alone,
      nodes: alone.nodes.map((node) => expected(node, told.get(node.code))),
    })
    for (const node of seen.nodes) states.add(node.state)
    for (const hidden of ['urn:cnft:hold', '内部线索', '他处市场', 'zj-agri', '08:12:13'])
      expect(JSON.stringify(seen)).not.toContain(hidden)
  }
  expect([...states]).toEqual(expect.arrayContaining(['active', 'held', 'recalled']))
})
