import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TraceGraph } from '#core/lineage/graph.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { contentOf } from '#flow/intake/content.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { readLinks, readWalk } from '#store/lots.ts'
import { withDatabase } from '#test/database.ts'
import { plainTrace } from '#test/trace/plain-model.ts'
import { idOf, storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('matching', 500, [matchingReader])
async function follow(): Promise<void> {
  while ((await follower.step(pool)) === 'more');
}

/** Few of everything, so that records meet. */
const few = <T>(...of: readonly [T, ...T[]]) => fc.constantFrom(...of)
const code = few('0', '1', '2', '3')
const date = few('2024-04-15', '2024-04-15', '2024-04-15', '2024-04-16')
const stall = few('A1', 'A1', 'A2', undefined)
const trader = few('3304020030107', '3304020030112', undefined)
const name = few('嘉禾示例果蔬商行', '嘉禾示例果蔬商行', '南湖示例菜行', undefined)
const kilograms = few('100', '100', '102', '103', undefined)
const goods = few(
  { name: '猪白条', class: 'pork' },
  { name: '五花肉', class: 'pork' },
  { name: '番茄', class: 'vegetable' },
)
const codes = fc.oneof(
  { weight: 2, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: code.map((one) => [one]) },
)

const said = fc.record({
  kind: few<Kind>('entry', 'entry', 'entry', 'sale', 'sale', 'dispatch'),
  saleKind: few('wholesale', 'wholesale', 'retail', 'retail', 'summary'),
  refund: few(false, false, false, true),
  date,
  stall,
  trader,
  name,
  supplier: few('嘉禾示例果蔬商行', '嘉禾示例果蔬商行', '南湖示例菜行', undefined),
  kilograms,
  goods,
  subject: codes,
  upstream: fc.oneof(
    { weight: 5, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: code.map((one) => [one]) },
    { weight: 1, arbitrary: fc.uniqueArray(few('0', '1'), { minLength: 1, maxLength: 2 }) },
  ),
  paperType: few('other', 'promise_cert', 'promise_cert', 'product_B'),
  voucher: codes,
})
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never

function bodyOf(one: Said, run: number): Partial<Body> {
  const market = `示例市场${run}`
  const party = (
    role: 'owner' | 'seller' | 'supplier',
    written: string | undefined,
    id: string | undefined,
  ) =>
    written || id
      ? [
          {
            role,
            ...(written ? { name: `${run}${written}` } : {}),
            ids: id ? [{ scheme: 'cn.mofcom.operator13', value: `${run}-${id}` }] : [],
          },
        ]
      : []
  return {
    occurredAt: { at: `${one.date}T08:00:00+08:00`, precision: 'minute' },
    ...(one.kind === 'sale'
      ? { saleKind: one.saleKind, ...(one.refund && one.saleKind === 'retail' ? { refund: true } : {}) }
      : {}),
    sites: [
      { role: 'market', name: market, ids: [] },
      ...(one.stall ? [{ role: 'stall' as const, name: one.stall, ids: [] }] : []),
    ],
    parties: [
      ...party(one.kind === 'entry' ? 'owner' : 'seller', one.name, one.trader),
      ...party('supplier', one.supplier, undefined),
    ],
    lots: one.subject.map((value) => ({
      role: 'subject',
      scheme: 'cn.mofcom.batch16',
      value: `R${run}L${value}`,
    })),
    documents: [
      ...one.upstream.map((number) => ({
        role: 'upstream' as const,
        type: one.paperType,
        number: `R${run}D${number}`,
      })),
      ...one.voucher.map((number) => ({
        role: 'voucher' as const,
        type: 'other',
        number: `R${run}V${number}`,
      })),
    ],
    product: one.goods,
    ...(one.kilograms ? { quantity: { value: one.kilograms, unit: 'KGM' } } : {}),
  }
}

const record = fc.record({
  system: few('one', 'two'),
  start: fc.integer({ min: 0, max: 5 }),
  versions: fc.array(
    fc.record({ said, isVoid: few(false, false, true), gap: fc.integer({ min: 0, max: 2 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
})
type Records = typeof record extends fc.Arbitrary<infer T> ? readonly T[] : never
/** What one market sold wholesale and another took in: all that the two must have in common comes together too rarely by chance. */
const bought = fc
  .tuple(record, record, few('嘉禾示例果蔬商行', '南湖示例菜行'))
  .map(([sold, received, seller]) => {
    const [{ said: goods }] = sold.versions as [(typeof sold.versions)[0]]
    const saying = (one: typeof sold, more: Partial<Said>) => ({
      ...one,
      versions: one.versions.map((version, i) => ({
        ...version,
        said: i === 0 ? { ...version.said, ...more } : version.said,
      })),
    })
    const { date: on, goods: product, kilograms: mass = '100' } = goods
    const common = { date: on, goods: product, kilograms: mass }
    return [
      saying(sold, { ...common, kind: 'sale', saleKind: 'wholesale', name: seller }),
      saying(received, { ...common, kind: 'entry', supplier: seller }),
    ]
  })
/** What a stall took in, and wrote down in two systems, under papers that are the same, or not. */
const papers = fc.uniqueArray(few('0', '1'), { maxLength: 2 })
const twice = fc
  .tuple(record, few('A1', 'A2'), few('0', '1'), papers, papers)
  .map(([one, booth, lot, a, b]) => {
    const saying = (subject: string[], upstream: string[]) =>
      one.versions.map((version, i) => ({
        ...version,
        said:
          i === 0
            ? { ...version.said, kind: 'entry' as const, stall: booth, kilograms: '100', subject, upstream }
            : version.said,
      }))
    return [
      { ...one, system: 'one' as const, versions: saying([lot], a) },
      { ...one, system: 'two' as const, versions: saying([], b) },
    ]
  })
const records = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: record.map((one) => [one]) },
      { weight: 2, arbitrary: bought },
      { weight: 1, arbitrary: twice },
    ),
    { minLength: 4, maxLength: 11 },
  )
  .map((all) => all.flat())
const day = (n: number): string => `2024-07-${String(10 + n).padStart(2, '0')}T00:00:00Z`

/** The versions of all records; what comes later in the list is committed later. */
function written(run: number, records: Records): Written[] {
  return records.flatMap(({ system, start, versions }, index) => {
    const [first] = versions
    let received = start
    return versions.map((one, v): Written => {
      received += one.gap
      return {
        kind: (first as typeof one).said.kind,
        system,
        key: `${run}-${index}`,
        body: bodyOf({ ...one.said, kind: (first as typeof one).said.kind }, run),
        version: v + 1,
        status: one.isVoid && v > 0 ? 'void' : 'active',
        receivedAt: day(received),
      }
    })
  })
}

/** In two commits with the follower between them: a correction or a void comes after the follower has seen what it takes back. */
async function store(all: readonly Written[]): Promise<void> {
  const firsts = all.filter(({ version }) => version === 1)
  await storeRecords(pool, firsts)
  await follow()
  await storeRecords(
    pool,
    all.filter((one) => !firsts.includes(one)),
  )
  await follow()
}

const factsOf = (answer: TraceGraph) => ({
  nodes: answer.nodes.map(({ code: of, depth, relation }) => `${of} ${depth} ${relation}`).sort(),
  edges: answer.edges
    .map((edge) => [edge.from, edge.to, edge.rule, edge.record, ...(edge.with ? [edge.with] : [])].join(' '))
    .sort(),
})

function codesKnown(all: readonly Written[], at: string | null): string[] {
  const heads = new Map<string, Written>()
  for (const one of all) if (at === null || (one.receivedAt as string) <= at) heads.set(idOf(one), one)
  const own = [...heads.values()].flatMap(
    (one) => contentOf({ kind: one.kind, id: idOf(one) }, { flags: [], ...one.body }, 'active').codes,
  )
  return [...new Set(own)].filter((of) => /^(lot|doc|rec):/.test(of))
}

let run = 0
const met = new Map<string, number>()
test('likely edges are those of a plain model, by any filter and at any time, with voids, corrections and late facts', async () => {
  await fc.assert(
    fc.asyncProperty(
      records,
      few<'back' | 'forward' | 'both'>('back', 'forward', 'both'),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.integer({ min: 0, max: 8 })),
      few(0, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
      async (said, direction, depth, asOf, confidence) => {
        run += 1
        const all = written(run, said)
        await store(all)
        const at = asOf === null ? null : day(asOf)
        for (const root of codesKnown(all, at).slice(0, 5)) {
          const filters = { direction, depth, confidence, ...(at === null ? {} : { at }) }
          const answer = await traceLot(pool, { code: root, ...filters, systems: [] })
          for (const { rule } of answer.edges) met.set(rule, (met.get(rule) ?? 0) + 1)
          expect(factsOf(answer)).toEqual(plainTrace(all, root, direction, depth, at, confidence))
        }
      },
    ),
    { numRuns: 120 },
  )
  // The law says nothing where nothing meets.
  for (const rule of ['stall', 'same', 'supplier']) expect(met.get(rule), rule).toBeGreaterThan(2)
}, 300_000)

/** What links are sorted by; of one record that meets two others the order is nobody's. */
const placesOf = (links: readonly Link[]): string[] =>
  links.map(({ from, to, rule, recordId }) => `${from} ${to} ${rule} ${recordId}`)

/** Of all links in their order the first ones are given; of the last code that these lead to it may be any. */
function expectFirstOf(
  all: readonly Link[],
  given: readonly Link[],
  limit: number,
  way: 'back' | 'forward',
): void {
  const reached = (links: readonly Link[]): string[] =>
    links.map((link) => (way === 'back' ? link.from : link.to))
  const first = all.slice(0, limit)
  expect(reached(given)).toEqual(reached(first))
  const sure = reached(first).indexOf(reached(first).at(-1) ?? '')
  expect(placesOf(given.slice(0, sure))).toEqual(placesOf(first.slice(0, sure)))
  const whole = (link: Link): string => `${placesOf([link])} ${link.withRecord}`
  expect(all.map(whole)).toEqual(expect.arrayContaining([...new Set(given.map(whole))]))
  expect(new Set(given.map(whole)).size).toBe(new Set(given).size)
}

test('a step read in pieces, and a walk whose step has more links than are read at once, give the first of all links in their order', async () => {
  let inPieces = 0
  await fc.assert(
    fc.asyncProperty(
      records,
      few<'back' | 'forward'>('back', 'forward'),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 0, max: 8 })),
      few(0.5, 0.7),
      async (said, way, limit, asOf, confidence) => {
        run += 1
        const all = written(run, said)
        await store(all)
        const at = asOf === null ? null : day(asOf)
        const codes = codesKnown(all, at)
        const bounds = { way, at, confidence, after: null }
        const whole = await readLinks(pool, codes, { ...bounds, limit: 100_000 })
        const reached = (link: Link): string => (way === 'back' ? link.from : link.to)
        for (const after of [null, ...new Set(whole.map(reached))]) {
          const piece = await readLinks(pool, codes, { ...bounds, after, limit })
          const rest = whole.filter(
            (link) => after === null || Buffer.compare(Buffer.from(reached(link)), Buffer.from(after)) > 0,
          )
          expectFirstOf(rest, piece, limit, way)
          if (rest.length > 2 * limit && piece.some(({ withRecord }) => withRecord !== null)) inPieces += 1
        }
        const place = { way, from: codes.slice(0, 2), before: [], done: 0 }
        const steps = { at, confidence, steps: 5, nodes: 1000, cut: false }
        const full = await readWalk(pool, place, { ...steps, limit: 100_000 })
        const walked = await readWalk(pool, place, { ...steps, limit })
        for (const [i, links] of walked.entries()) expectFirstOf(full[i] as Link[], links, limit, way)
        const long = full.findIndex((links) => links.length >= limit)
        expect(walked).toHaveLength(long === -1 ? full.length : long + 1)
      },
    ),
    { numRuns: 240 },
  )
  // The law says nothing where all is read at once.
  expect(inPieces).toBeGreaterThan(20)
}, 300_000)

test('who has a stall is known while one record says so, though the newest that said it on that day is void', async () => {
  run += 1
  const base = {
    date: '2024-04-15',
    stall: 'A1',
    trader: '3304020030107',
    name: undefined,
    supplier: undefined,
    refund: false,
  }
  const one = (more: Partial<Said> & Pick<Said, 'kind'>): Said => ({
    ...base,
    saleKind: 'retail',
    kilograms: '100',
    goods: { name: '番茄', class: 'vegetable' },
    subject: [],
    upstream: [],
    paperType: 'other',
    voucher: [],
    ...more,
  })
  const told = (key: string, of: Said, version = 1): Written => ({
    kind: of.kind,
    system: 'one',
    key: `${run}-${key}`,
    body: bodyOf(of, run),
    version,
    status: version > 1 ? 'void' : 'active',
    receivedAt: day(version),
  })
  // The lot names the trader alone, the ticket the stall alone; two others say that they are one.
  const all = [
    told('lot', one({ kind: 'entry', stall: undefined, subject: ['0'] })),
    told('ticket', one({ kind: 'sale', trader: undefined })),
    told('first', one({ kind: 'sale', saleKind: 'wholesale', voucher: ['1'] })),
    told('second', one({ kind: 'sale', saleKind: 'wholesale', voucher: ['2'] })),
  ]
  await store([...all, told('second', one({ kind: 'sale', saleKind: 'wholesale', voucher: ['2'] }), 2)])
  const { edges } = await traceLot(pool, { code: `lot:R${run}L0`, direction: 'forward', systems: [] })
  expect(edges.map(({ rule }) => rule)).toEqual(['stall'])
})

test('pages as of a time are those of that time, whatever is written while they are read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 4, maxLength: 10 }),
      fc.array(record, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (said, later, limit) => {
        run += 1
        const all = written(run, said)
        await store(all)
        const at = day(20)
        const [root] = codesKnown(all, at)
        fc.pre(root !== undefined)
        // What is written meanwhile is new records of the same codes, and voids of some of the old ones.
        const heads = [...new Map(all.map((one) => [idOf(one), one])).values()]
        const news = [
          ...written(run, later).map((one) => ({ ...one, key: `${one.key}-later`, receivedAt: day(21) })),
          ...heads.slice(0, 2).map((one) => ({
            ...one,
            version: (one.version ?? 1) + 1,
            status: 'void' as const,
            receivedAt: day(21),
          })),
        ]
        const pages: TraceGraph[] = []
        let after: string | null = null
        do {
          const page: TraceGraph = await traceLot(pool, {
            code: root as string,
            at,
            limit,
            confidence: 0,
            ...(after ? { after } : {}),
            systems: [],
          })
          if (pages.length === 0) {
            await storeRecords(pool, news)
            await follow()
          }
          pages.push(page)
          after = page.next
        } while (after !== null)
        const model = plainTrace(all, root as string, 'both', 12, at)
        expect(pages.flatMap((page) => factsOf(page).nodes).sort()).toEqual(model.nodes)
        expect([...new Set(pages.flatMap((page) => factsOf(page).edges))].sort()).toEqual(model.edges)
      },
    ),
    { numRuns: 25 },
  )
}, 300_000)
