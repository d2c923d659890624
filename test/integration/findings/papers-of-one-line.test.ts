import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recheckWaiting } from '#flow/findings/recheck.ts'
import { withFindings } from './setting.ts'

const { api, judge, send } = withFindings()

interface Line {
  readonly kind: 'entry'
  readonly system: string
  readonly key: readonly string[]
  readonly [part: string]: unknown
}

/** A trader of a market of his own, who writes no number of a paper into his ledger. */
function trader(market: string) {
  const line = (key: string, more: object = {}): Line => ({
    ...{ kind: 'entry', system: 'stall-ledger', key: [`${market}-${key}`] },
    occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
    region: { code: '330402', year: 2024 },
    sites: [{ role: 'market', name: market, ids: [{ scheme: 'cn.mofcom.node9', value: market }] }],
    parties: [
      { role: 'owner', name: '示例蔬菜行', ids: [{ scheme: 'cn.mofcom.subject13', value: `${market}0001` }] },
    ],
    product: { name: '番茄', class: 'vegetable' },
    quantity: { value: '250', unit: 'KGM' },
    ...more,
  })
  /** A lot that came to him under a paper, as a platform tells it. */
  const lot = (n: number, more: object = {}): Line =>
    line(`lot${n}`, {
      system: 'mofcom-city',
      lots: [{ role: 'subject', scheme: 'cn.mofcom.batch16', value: `${market}000000${n}` }],
      documents: [{ role: 'upstream', type: 'origin_cert', number: `CD${market}${n}` }],
      ...more,
    })
  const found = async () => {
    const { findings } = (await api.call('GET', `/v1/findings?kind=no_paper&site=${market}`)).json()
    return findings[0]
  }
  return {
    line,
    lot,
    found,
    lines: (count: number, system = 'stall-ledger'): Line[] =>
      Array.from({ length: count }, (_, n) => line(`${system}${n}`, { system })),
    /** State, how many lack papers, and among how many nobody knows which. */
    figures: async () => {
      const { state, numbers = [], evidence = [] } = (await found()) ?? {}
      const figure = (name: string) =>
        numbers.find((one: { readonly name: string }) => one.name === name)?.value ?? null
      return [state ?? 'none', figure('records'), figure('among'), evidence.length]
    },
  }
}

/** Sends records, those of one system together, and judges what they bear on. */
async function post(...records: readonly Line[]): Promise<void> {
  for (const own of Map.groupBy(records, ({ system }) => system).values()) await send(...own)
  await judge()
}

test('of five entries without a number one is covered by the paper of one lot told elsewhere, and nobody says which', async () => {
  const { line: _, lines, lot, figures, found } = trader('330402151')
  await post(...lines(5))
  expect(await figures()).toEqual(['open', '5', null, 5])
  await post(lot(1))
  expect(await figures()).toEqual(['open', '4', '5', 5])
  const { sentence } = await found()
  expect(sentence.en).toContain('4 records of 番茄 at 330402151 on 2024-04-15 lack papers')
  expect(sentence.en).toContain(
    'Papers that are told elsewhere cover 1 of 5 records of about one mass at one trader; which, nobody tells.',
  )
  expect(sentence.zh).toContain('有 4 条记录缺少当日规则要求的凭证')
  expect(sentence.zh).toContain('重量相近的 5 条中，他处所报凭证只够 1 条，无法确认是哪几条。')
})

test('late lots cover one entry each until none is left, and a void lot covers none any more', async () => {
  const { lines, lot, figures } = trader('330402152')
  await post(...lines(3), lot(1))
  expect(await figures()).toEqual(['open', '2', '3', 3])
  await post(lot(2))
  expect(await figures()).toEqual(['open', '1', '3', 3])
  await post(lot(3))
  expect((await figures())[0]).toBe('resolved')
  await post({ ...lot(2), status: 'void' })
  expect(await figures()).toEqual(['open', '1', '3', 3])
})

test('the paper whose number one of the entries states is that one’s, and the others surely lack papers', async () => {
  const { line, lines, lot, figures } = trader('330402153')
  const own = { documents: [{ role: 'upstream', type: 'origin_cert', number: 'CD3304021531' }] }
  await post(...lines(2), line('own', own), lot(1))
  expect(await figures()).toEqual(['open', '2', null, 2])
})

test('lines that the system of a lot tells beside it are other goods and surely lack papers', async () => {
  const { lines, lot, figures } = trader('330402154')
  await post(...lines(2, 'mofcom-city'), lot(1))
  expect(await figures()).toEqual(['open', '2', null, 2])
})

test('a paper that two systems tell covers one entry, and one of each system that tells the goods', async () => {
  const { lines, lot, figures } = trader('330402155')
  const again = lot(9, {
    system: 'jiaxing-wholesale',
    documents: [{ role: 'upstream', type: 'origin_cert', number: 'CD3304021551' }],
  })
  await post(...lines(2), lot(1), again)
  expect(await figures()).toEqual(['open', '1', '2', 2])
  await post(...lines(2, 'longyou-farms'))
  expect(await figures()).toEqual(['open', '2', '4', 4])
})

test('a lot is first of the entry at its place, and what its trader brought elsewhere lacks papers', async () => {
  const [here, there] = [trader('330402158'), trader('330402159')]
  const { parties } = here.line('')
  await post(here.line('a', { parties }), there.line('b', { parties }), here.lot(1, { parties }))
  expect(await here.figures()).toEqual(['none', null, null, 0])
  expect(await there.figures()).toEqual(['open', '1', '2', 1])
})

test('an entry elsewhere that a lot covered is found without papers when one comes to the place of the lot', async () => {
  const [here, there] = [trader('330402147'), trader('330402148')]
  const { parties } = here.line('')
  await post(here.lot(1, { parties }), there.line('b', { parties }))
  expect((await there.figures())[0]).toBe('none')
  await post(here.line('a', { parties }))
  expect((await here.figures())[0]).toBe('none')
  expect(await there.figures()).toEqual(['open', '1', '2', 1])
})

test('entries of a ledger that knows the market by its name are judged where its code is', async () => {
  const { line, lot, figures } = trader('330402146')
  const sites = (ids: object[]) => ({ sites: [{ role: 'market', name: '示例六农贸市场', ids }] })
  const named = sites([])
  const coded = sites([{ scheme: 'cn.mofcom.node9', value: '330402146' }])
  await post(line('c', coded), line('x', named), line('y', named), lot(1, coded))
  expect(await figures()).toEqual(['open', '2', '3', 3])
  await post(line('d', coded))
  expect(await figures()).toEqual(['open', '3', '4', 4])
})

test('of several lots under one paper an entry that states its number is one', async () => {
  const { line, lines, lot, figures } = trader('330402149')
  const documents = [{ role: 'upstream', type: 'origin_cert', number: 'CD330402149' }]
  await post(...lines(3), line('own', { documents }), lot(1, { documents }), lot(2, { documents }))
  expect(await figures()).toEqual(['open', '2', '3', 3])
})

test('goods that came in on a test alone take no lot from the others', async () => {
  const { line, lines, lot, figures } = trader('330402145')
  await post(line('0', { admission: 'admitted_after_test' }), ...lines(1), lot(1))
  expect((await figures())[0]).toBe('none')
})

test('goods of another mass, and lots without papers, cover none', async () => {
  const { lines, lot, figures } = trader('330402156')
  await post(...lines(2), lot(1, { quantity: { value: '300', unit: 'KGM' } }), lot(2, { documents: [] }))
  expect((await figures()).slice(0, 3)).toEqual(['open', '3', null])
})

test('entries among which some have papers stay decided by an official until one more comes', async () => {
  const { line, lines, lot, figures, found } = trader('330402157')
  await post(...lines(3), lot(1))
  const id = encodeURIComponent((await found()).id)
  expect(
    (await api.call('POST', `/v1/findings/${id}/events`, { body: { event: 'dismiss' } })).statusCode,
  ).toBe(200)
  await judge()
  expect((await figures())[0]).toBe('dismissed')
  await post(line('more'))
  expect(await figures()).toEqual(['open', '1', '4', 1])
})

/** Records in the order of some numbers. */
const shuffled = (records: readonly Line[], order: { next(): { readonly value?: number } }): Line[] =>
  records
    .map((one) => ({ one, at: order.next().value ?? 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
const order = fc.infiniteStream(fc.nat({ max: 1000 }))
/** Markets are of one run each. */
let market = 330402160

test('how many entries lack papers is one number in whatever order entries, lots and voids come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      order,
      async (count, lots, isVoid, at) => {
        market += 1
        const { lines, lot, figures } = trader(String(market))
        const all = [
          ...lines(count),
          ...Array.from({ length: lots }, (_, n) => lot(n)),
          ...(isVoid && lots > 0 ? [{ ...lot(0), status: 'void' }] : []),
        ]
        for (const one of shuffled(all, at)) await post(one)
        const covered = Math.min(count, isVoid && lots > 0 ? lots - 1 : lots)
        const [state, records, among] = await figures()
        if (count === covered) expect(['none', 'resolved']).toContain(state)
        else
          expect([state, records, among]).toEqual([
            'open',
            String(count - covered),
            covered > 0 ? String(count) : null,
          ])
      },
    ),
    { numRuns: 10 },
  )
}, 180_000)

test('of a trader at two markets the entries at the place of the lots are covered first, in whatever order all come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 4 }),
      order,
      async (near, far, lots, at) => {
        const [here, there] = [trader(String(market + 1)), trader(String(market + 2))]
        market += 2
        const { parties } = here.line('')
        const of = (one: Line): Line => ({ ...one, parties })
        const all = [
          ...[...here.lines(near), ...there.lines(far)].map(of),
          ...Array.from({ length: lots }, (_, n) => of(here.lot(n))),
        ]
        for (const one of shuffled(all, at)) await post(one)
        // What waits is judged again from time to time.
        await recheckWaiting(api.pool, Date.now(), 30)
        await judge()
        const left = Math.max(0, lots - near)
        const lacking = async ({ figures }: ReturnType<typeof trader>): Promise<number> => {
          const [state, records] = await figures()
          return state === 'open' ? Number(records) : 0
        }
        expect([await lacking(here), await lacking(there)]).toEqual([
          Math.max(0, near - lots),
          Math.max(0, far - left),
        ])
      },
    ),
    { numRuns: 10 },
  )
}, 180_000)
