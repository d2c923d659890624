import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codesOf } from '#core/lineage/codes.ts'
import type { TraceGraph } from '#core/lineage/graph.ts'
import type { Body } from '#core/model/body.ts'
import { type LoadedTrace, loadTrace } from '#flow/trace/load-trace.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { plainTrace } from '#test/trace/plain-model.ts'
import { idOf, storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const time = { at: '2024-04-15T00:00:00+08:00', precision: 'day' as const }
const day = (n: number): string => `2024-04-${String(10 + n).padStart(2, '0')}T00:00:00Z`

/** Few numbers, so that codes meet, chains form and cycles close. */
const number = fc.integer({ min: 0, max: 7 }).map(String)
const numbers = fc.uniqueArray(number, { maxLength: 2 })
const lots = <R extends string>(role: R, values: string[]) =>
  values.map((value) => ({ role, scheme: 'cn.mofcom.batch16', value: `L${value}` }))
const papers = <R extends string>(role: R, values: string[]) =>
  values.map((value) => ({ role, type: 'other', number: `D${value}` }))

/** Goods that are told apart, that are not, and such as nobody tells. */
const goods = fc.constantFrom(
  ...[undefined, undefined, { name: '番茄', class: 'vegetable' }, { name: '黄瓜', class: 'vegetable' }],
  ...[{ name: '西红柿' }, { class: 'vegetable' }, { name: '猪白条', class: 'pork' }],
  { name: '生猪', class: 'other_livestock' },
)
const told = (product: { name?: string; class?: string } | undefined) => (product ? { product } : {})

const anyBody = fc.record({ subject: numbers, source: numbers, upstream: numbers, voucher: numbers })
const bodies = fc.oneof(
  anyBody.map(({ subject, source, upstream, voucher }) => ({
    kind: 'sale' as const,
    body: {
      occurredAt: time,
      lots: [...lots('subject', subject), ...lots('source', source)],
      documents: [...papers('upstream', upstream), ...papers('voucher', voucher)],
    },
  })),
  fc.tuple(numbers, numbers, numbers).map(([subject, source, upstream]) => ({
    kind: 'entry' as const,
    body: {
      occurredAt: time,
      lots: [...lots('subject', subject), ...lots('source', source)],
      documents: papers('upstream', upstream),
    },
  })),
  fc.tuple(numbers, numbers, numbers, numbers).map(([into, made, under, outOf]) => ({
    kind: 'transformation' as const,
    body: {
      occurredAt: time,
      input: { lots: lots('input', into), documents: papers('input', under) },
      output: { lots: lots('output', made), documents: papers('output', outOf) },
    },
  })),
  fc.tuple(numbers, numbers, numbers).map(([subject, self, source]) => ({
    kind: 'document' as const,
    body: {
      occurredAt: time,
      lots: lots('subject', subject),
      documents: [...papers('self', self.slice(0, 1)), ...papers('source', source)],
    },
  })),
)
const content = fc.tuple(bodies, goods, goods).map(([one, product, made]) => {
  const { kind, body } = one
  if (kind !== 'transformation') return { kind, body: { ...body, ...told(product) } }
  return {
    kind,
    body: { input: { ...body.input, ...told(product) }, output: { ...body.output, ...told(made) } },
  }
})
const version = fc.record({ content, isVoid: fc.boolean(), gap: fc.integer({ min: 0, max: 2 }) })
const record = fc.record({
  system: fc.constantFrom('one', 'two'),
  start: fc.integer({ min: 0, max: 5 }),
  versions: fc.array(version, { minLength: 1, maxLength: 3 }),
})

/** The versions of all records, received in any order of records: late facts come after what they explain. */
function written(
  run: number,
  records: readonly {
    system: string
    start: number
    versions: readonly {
      content: { kind: Written['kind']; body: Partial<Body> }
      isVoid: boolean
      gap: number
    }[]
  }[],
): Written[] {
  return records.flatMap(({ system, start, versions }, index) => {
    const { kind } = (versions[0] as (typeof versions)[number]).content
    let received = start
    return versions
      .filter((one) => one.content.kind === kind)
      .map((one, v): Written => {
        received += one.gap
        const status = one.isVoid && v > 0 ? 'void' : 'active'
        const body = prefixed(one.content.body, run)
        return {
          kind,
          system,
          key: `${run}-${index}`,
          body,
          version: v + 1,
          status,
          receivedAt: day(received),
        }
      })
  })
}

/** Codes of one run begin with its number, so that all runs share a database. */
function prefixed(body: Partial<Body>, run: number): Partial<Body> {
  return JSON.parse(JSON.stringify(body), (name, value) =>
    (name === 'value' || name === 'number') && typeof value === 'string' ? `R${run}${value}` : value,
  )
}

const factsOf = (answer: TraceGraph) => ({
  nodes: answer.nodes.map(({ code, depth, relation }) => `${code} ${depth} ${relation}`).sort(),
  edges: answer.edges.map(({ from, to, rule, record: id }) => `${from} ${to} ${rule} ${id}`).sort(),
})

let run = 0
test('a trace is what a plain model says, with voids, corrections, late facts, cycles and any time asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 14 }),
      fc.constantFrom('back', 'forward', 'both'),
      fc.integer({ min: 1, max: 6 }),
      fc.option(fc.integer({ min: 0, max: 8 })),
      fc.nat(),
      async (records, direction, depth, asOf, pick) => {
        run += 1
        const all = written(run, records)
        await storeRecords(pool, all)
        const at = asOf === null ? null : day(asOf)
        const known = [...new Set(newestOf(all, at).flatMap((one) => codesOf(one.body as Body)))]
        const root = known[pick % Math.max(known.length, 1)]
        fc.pre(root !== undefined)
        const answer = await traceLot(pool, {
          code: root as string,
          direction,
          depth,
          ...(at === null ? {} : { at }),
          systems: [],
        })
        expect(factsOf(answer)).toEqual(plainTrace(all, root as string, direction, depth, at))
      },
    ),
    { numRuns: 250 },
  )
}, 300_000)

const newestOf = (all: readonly Written[], at: string | null): Written[] => {
  const heads = new Map<string, Written>()
  for (const one of all) {
    if (at === null || Date.parse(one.receivedAt as string) <= Date.parse(at)) heads.set(idOf(one), one)
  }
  return [...heads.values()]
}

test('the pages of a walk hold each node once and every link, whatever their size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 4, maxLength: 14 }),
      fc.constantFrom('back', 'forward'),
      fc.integer({ min: 1, max: 4 }),
      async (records, direction, limit) => {
        run += 1
        const all = written(run, records)
        await storeRecords(pool, all)
        const root = newestOf(all, null).flatMap((one) => codesOf(one.body as Body))[0]
        fc.pre(root !== undefined)
        const pages: TraceGraph[] = []
        let after: string | null = null
        do {
          const page: TraceGraph = await traceLot(pool, {
            code: root as string,
            direction,
            limit,
            ...(after ? { after } : {}),
            systems: [],
          })
          expect(page.nodes.length).toBeLessThanOrEqual(limit)
          expect(page.truncated).toBe(page.next !== null)
          pages.push(page)
          after = page.next
        } while (after !== null)
        const nodes = pages.flatMap((page) => factsOf(page).nodes)
        const edges = pages.flatMap((page) => factsOf(page).edges)
        const model = plainTrace(all, root as string, direction, 12, null)
        expect(nodes.sort()).toEqual(model.nodes)
        expect(edges.sort()).toEqual(model.edges)
      },
    ),
    { numRuns: 60 },
  )
}, 300_000)

test('records that are read while a walk goes on are those that are read behind it, wherever it rests', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 4, maxLength: 14 }),
      fc.constantFrom('back', 'forward'),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      async (records, direction, limit, depth, restBehind) => {
        run += 1
        const all = written(run, records)
        await storeRecords(pool, all)
        const root = newestOf(all, null).flatMap((one) => codesOf(one.body as Body))[0]
        fc.pre(root !== undefined)
        const asked = { code: root as string, direction, limit, depth, systems: [] } as const
        const rested = await loadTrace(pool, { ...asked, restBehind })
        const atOnce = await loadTrace(pool, { ...asked, restBehind: Number.MAX_SAFE_INTEGER })
        expect(loadedOf(rested)).toEqual(loadedOf(atOnce))
      },
    ),
    { numRuns: 100 },
  )
}, 300_000)

const loadedOf = ({ records, more, ...walked }: LoadedTrace) => ({
  ...walked,
  records: walked.nodes.map(({ code }) => records.get(code)),
  more: walked.nodes.map(({ code }) => more.has(code)),
})
