import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { bornOf } from '#store/cards.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const SYSTEMS = ['jiaxing-wholesale', 'zj-agri-certificate', 'shaoxing-slaughter']
const REGIONS = ['330402', '330482', '330105', '310115', null] as const
/** Sights as scopes, and what of a version each lets through, said apart from the program. */
const SEES: readonly (readonly [scope: string, sees: (one: Said) => boolean])[] = [
  ...SYSTEMS.map((system) => [`read:${system}`, (one: Said) => one.system === system] as const),
  ['read:nobody', () => false],
  ['read:region:330000', ({ region }) => region?.slice(0, 2) === '33'],
  ['read:region:330400', ({ region }) => region?.slice(0, 4) === '3304'],
  ['read:region:330105', ({ region }) => region === '330105'],
  ['read:region:310000', ({ region }) => region?.slice(0, 2) === '31'],
]
const SCHEMES = ['cn.mofcom.operator13', 'local.one', 'local.two'] as const

interface Said {
  readonly system: string
  readonly key: string
  readonly region: (typeof REGIONS)[number]
  readonly name: string
  /** `<scheme>:<value>`, sorted. */
  readonly codes: readonly string[]
}
interface Version extends Said {
  readonly id: string
  readonly version: number
}
const code = fc.tuple(fc.constantFrom(...SCHEMES), fc.integer({ min: 1, max: 5 })).map(([scheme, n]) => {
  const value = scheme === 'cn.mofcom.operator13' ? `330402003010${n}` : `C${n}`
  return `${scheme}:${value}`
})
const said: fc.Arbitrary<Said> = fc.record({
  system: fc.constantFrom(...SYSTEMS),
  key: fc.integer({ min: 1, max: 14 }).map((n) => `P${n}`),
  region: fc.constantFrom(...REGIONS),
  name: fc.constantFrom('嘉禾果蔬经营部', '嘉禾粮油经营部', '城南水产批发部'),
  codes: fc.uniqueArray(code, { minLength: 1, maxLength: 2 }).map((codes) => codes.sort()),
})

const versions: Version[] = []
const isNewest = (one: Version): boolean =>
  !versions.some(({ id, version }) => id === one.id && version > one.version)

beforeAll(async () => {
  for (const one of fc.sample(said, 80)) {
    const { system, key, region, name, codes } = one
    const answer = await api.call('POST', '/v1/records', {
      body: {
        kind: 'sale',
        system,
        key: [key],
        occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
        parties: [
          {
            role: 'seller',
            name,
            ids: codes.map((text) => ({
              scheme: text.slice(0, text.indexOf(':')),
              value: text.slice(text.indexOf(':') + 1),
            })),
          },
        ],
        product: { name: '番茄' },
        quantity: { value: '10', unit: 'KGM' },
        ...(region === null ? {} : { region: { code: region, year: 2026 } }),
      },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    const { result, records } = answer.json().results[0]
    if (result === 'created' || result === 'updated')
      versions.push({ ...one, id: records[0].id, version: records[0].version })
  }
  await followToTheEnd(api.pool)
}, 180_000)

interface Value {
  readonly value: string
  readonly count: number
  readonly systems: readonly string[]
  readonly newest: string
}
interface Card {
  readonly id: string
  readonly codes: readonly { scheme: string; value: string; records: number }[]
  readonly names: readonly Value[]
  readonly systems: readonly string[]
}

/** The cards of some records, said apart from the program: codes that a record names together are one party's. */
function modelOf(seen: readonly Version[]) {
  const sets: Set<string>[] = []
  for (const { codes } of seen) {
    const tied = sets.filter((set) => codes.some((one) => set.has(one)))
    const one = new Set([...codes, ...tied.flatMap((set) => [...set])])
    for (const set of tied) sets.splice(sets.indexOf(set), 1)
    sets.push(one)
  }
  return sets.map((set) => {
    const own = seen.filter(({ codes }) => codes.some((one) => set.has(one)))
    const codes = [...set].sort()
    return {
      id: bornOf('party', codes[0] as string),
      codes: codes.map((text) => [text, own.filter((one) => one.codes.includes(text)).length] as const),
      names: [...Map.groupBy(own, ({ name }) => name)]
        .map(([name, by]) => [name, by.length, [...new Set(by.map(({ system }) => system))].sort()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
      systems: [...new Set(own.map(({ system }) => system))].sort(),
      records: own.map(({ id }) => id),
    }
  })
}
const shown = ({ id, codes, names, systems }: Card) => ({
  id,
  codes: codes.map(({ scheme, value, records }) => [`${scheme}:${value}`, records] as const),
  names: names
    .map(({ value, count, systems }) => [value, count, systems] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
  systems,
})

async function pages(query: string, key: string, limit: number): Promise<Card[]> {
  const found: Card[] = []
  for (let after = ''; ; ) {
    const answer = await api.call('GET', `/v1/parties?limit=${limit}${query}${after}`, { key })
    expect(answer.statusCode, answer.body).toBe(200)
    const { parties, next } = answer.json()
    found.push(...parties)
    if (next === null) return found
    after = `&after=${next}`
  }
}

type Pair = readonly [code: string, id: string]
const byText = ([a]: Pair, [b]: Pair): number => (a < b ? -1 : a > b ? 1 : 0)
interface Same {
  readonly card: string
  readonly name: string
}
const bySame = (a: Same, b: Same): number => (a.name + a.card < b.name + b.card ? -1 : 1)

async function suggestions(key: string, limit: number) {
  const found: { name: string; cards: Card[] }[] = []
  for (let after = ''; ; ) {
    const answer = await api.call('GET', `/v1/parties/suggestions?limit=${limit}${after}`, { key })
    expect(answer.statusCode, answer.body).toBe(200)
    const page = answer.json()
    expect(page.suggestions.length).toBeLessThanOrEqual(limit)
    found.push(...page.suggestions)
    if (page.next === null) return found
    after = `&after=${page.next}`
  }
}

it('cards that a limited caller is shown are made from its records alone: codes, values, counts, which codes are of one party, and names on several', async () => {
  let most = 0
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...SEES], { minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      async (sight, limit) => {
        const key = await api.key(...sight.map(([scope]) => scope))
        const seen = versions.filter((one) => isNewest(one) && sight.some(([, sees]) => sees(one)))
        const model = modelOf(seen)
        const cards = await pages('', key, limit)
        const plain = model.map(({ records: _, ...card }) => card)
        const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
        expect(cards.map(shown).sort(byId)).toEqual(plain.sort(byId))
        for (const card of cards) {
          const records = model.find(({ id }) => id === card.id)?.records ?? []
          for (const { newest } of card.names) expect(records).toContain(newest)
        }

        const all = modelOf(versions.filter(isNewest))
        for (const [text] of all.flatMap(({ codes }) => codes)) {
          const own = model.find(({ codes }) => codes.some(([one]) => one === text))
          const answer = await api.call('GET', `/v1/parties/${bornOf('party', text)}`, { key })
          expect([text, answer.statusCode]).toEqual([text, own ? 200 : 404])
          if (own) {
            const { sameName, decisions, history, ...card } = answer.json()
            expect(card.id).toBe(own.id)
            expect([decisions, history]).toEqual([[], []])
            const others = own.names.flatMap(([name]) =>
              model
                .filter((one) => one !== own && one.names.some(([other]) => other === name))
                .map(({ id }) => ({ card: id, name })),
            )
            expect([...sameName].sort(bySame)).toEqual(others.sort(bySame))
          }
          const found = await pages(`&code=${encodeURIComponent(text)}`, key, limit)
          expect(found.map(({ id }) => id)).toEqual(own ? [own.id] : [])
        }
        const named = await pages(`&name=${encodeURIComponent('嘉禾')}`, key, limit)
        expect(named.map(({ id }) => id).sort()).toEqual(
          model
            .filter(({ names }) => names.some(([name]) => name.startsWith('嘉禾')))
            .map(({ id }) => id)
            .sort(),
        )
        const byName = Map.groupBy(
          model.flatMap((card) => card.names.map(([name]) => ({ name, card }))),
          ({ name }) => name,
        )
        const expected = [...byName]
          .map(([name, on]) => ({
            name,
            cards: on.map(({ card }) => [card.codes[0]?.[0] as string, card.id] as const).sort(byText),
          }))
          .filter((one) => one.cards.length > 1)
          .sort((a, b) => byText(a.cards[0] as Pair, b.cards[0] as Pair) || (a.name < b.name ? -1 : 1))
        const suggested = await suggestions(key, limit)
        expect(suggested.map(({ name, cards: on }) => [name, on.map(({ id }) => id)])).toEqual(
          expected.map(({ name, cards: on }) => [name, on.map(([, id]) => id)]),
        )
        for (const one of suggested.flatMap(({ cards: on }) => on))
          expect(shown(one)).toEqual(plain.find(({ id }) => id === one.id))
        most = Math.max(most, suggested.length)
        const ofSystem = await pages(`&system=${SYSTEMS[1]}`, key, limit)
        expect(ofSystem.map(({ id }) => id).sort()).toEqual(
          model
            .filter(({ systems }) => systems.includes(SYSTEMS[1] as string))
            .map(({ id }) => id)
            .sort(),
        )
      },
    ),
    { numRuns: 12, examples: [[[['read:region:330000', ({ region }) => region?.slice(0, 2) === '33']], 1]] },
  )
  expect(most).toBeGreaterThan(1)
}, 300_000)

it('what a person decided of codes ties and parts the cards of a limited caller too, as far as it sees the codes, and is not shown to it', async () => {
  const tell = async (key: string, system: string, ...codes: string[]) => {
    const ids = codes.map((value) => ({ scheme: 'local.own', value }))
    const body = {
      kind: 'sale',
      system,
      key: [key],
      occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
      parties: [{ role: 'seller', name: '北门经营部', ids }],
      product: { name: '番茄' },
      quantity: { value: '1', unit: 'KGM' },
    }
    expect((await api.call('POST', '/v1/records', { body })).statusCode).toBe(200)
  }
  const [own, other] = SYSTEMS as [string, string]
  await tell('D1', own, 'D1')
  await tell('D2', own, 'D2')
  await tell('D3', other, 'D3')
  await tell('D4', own, 'D4', 'D5')
  await followToTheEnd(api.pool)
  const id = (value: string): string => bornOf('party', `local.own:${value}`)
  const decide = async (card: string, verdict: string, value: string) =>
    expect(
      (
        await api.call('POST', `/v1/parties/${id(card)}/aliases`, {
          body: { verdict, scheme: 'local.own', value, reason: 'a reason that is nobody’s' },
        })
      ).statusCode,
    ).toBe(201)
  await decide('D1', 'join', 'D2')
  await decide('D1', 'join', 'D3')
  await decide('D4', 'part', 'D5')
  const key = await api.key(`read:${own}`)
  const codes = async (value: string) => {
    const answer = await api.call('GET', `/v1/parties/${id(value)}`, { key })
    expect(answer.body).not.toContain('nobody')
    return [answer.json().id, answer.json().codes.map((one: { value: string }) => one.value)]
  }
  expect(await codes('D1')).toEqual([id('D1'), ['D1', 'D2']])
  expect(await codes('D2')).toEqual([id('D1'), ['D1', 'D2']])
  expect(await codes('D4')).toEqual([id('D4'), ['D4']])
  expect(await codes('D5')).toEqual([id('D5'), ['D5']])
  expect((await api.call('GET', `/v1/parties/${id('D3')}`, { key })).statusCode).toBe(404)
})

it('operators of a market and its own cards are those of the records that the caller sees', async () => {
  const tell = async (key: string, system: string, body: object) =>
    expect(
      (
        await api.call('POST', '/v1/records', {
          body: {
            kind: 'sale',
            system,
            key: [key],
            occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
            product: { name: '番茄' },
            quantity: { value: '1', unit: 'KGM' },
            ...body,
          },
        })
      ).statusCode,
    ).toBe(200)
  const market = (role: string) => ({
    role,
    name: '城东批发市场',
    ids: [{ scheme: 'cn.mofcom.node9', value: '330482009' }],
  })
  const trader = (no: string) => ({
    role: 'seller',
    name: '城东经营部',
    ids: [{ scheme: 'cn.mofcom.operator13', value: `330482009${no}` }],
  })
  const [own, other] = SYSTEMS as [string, string]
  await tell('M1', own, { parties: [trader('0101')], sites: [market('market')] })
  await tell('M2', other, { parties: [trader('0102'), { ...market('buyer') }] })
  await followToTheEnd(api.pool)
  const card = async (subject: 'party' | 'site', code: string, ...scopes: string[]) => {
    const path = `/v1/${subject === 'party' ? 'parties' : 'sites'}/${bornOf(subject, code)}`
    return (await api.call('GET', path, { key: await api.key(...scopes) })).json()
  }
  const site = bornOf('site', 'cn.mofcom.node9:330482009')
  const party = bornOf('party', 'cn.mofcom.node9:330482009')
  const operator = 'cn.mofcom.operator13:3304820090101'
  expect(await card('site', 'cn.mofcom.node9:330482009', `read:${own}`)).toMatchObject({ operators: 1 })
  expect(await card('site', 'cn.mofcom.node9:330482009', `read:${own}`, `read:${other}`)).toMatchObject({
    operators: 2,
  })
  expect((await card('party', operator, `read:${own}`)).nodes).toMatchObject([{ site, party: null }])
  expect((await card('party', operator, `read:${own}`, `read:${other}`)).nodes).toMatchObject([
    { site, party },
  ])
})
