import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PartyPart } from '#core/model/parts.ts'
import { codeText, descriptionsOf } from '#core/reference/describe.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { decideCode, undoCodeDecision } from '#flow/reference/decide-codes.ts'
import { cardsReader } from '#flow/reference/follow-cards.ts'
import { aliasesOf } from '#store/aliases.ts'
import { cardOf, readCardDescriptions, readCardHistory, readCodes } from '#store/card-pages.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { follow, type Told, tell } from './setting.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 6 })
})
afterAll(async () => await pool.end())
beforeEach(async () => {
  await rewrite(
    pool,
    'truncate record_versions, followers, descriptions, card_codes, card_decisions, card_history',
  )
})

const OPERATOR = { scheme: 'cn.mofcom.operator13', value: '3304020030107' }
const USCC = { scheme: 'cn.uscc', value: '91330402MA2XXXXX11' }
const OTHER = { scheme: 'cn.uscc', value: '91330402MA2XXXXX22' }

const seller = (name: string, ...ids: PartyPart['ids']): PartyPart => ({ role: 'seller', name, ids })
const sale = (key: string, parties: PartyPart[], more: Partial<Told> = {}): Told => ({
  key,
  body: { parties },
  ...more,
})
const cardsOf = async (...codes: { scheme: string; value: string }[]) => {
  const rows = await readCodes(pool, 'party', codes.map(codeText))
  return codes.map((code) => rows.find((row) => row.code === codeText(code))?.card)
}
const told = async (...all: Told[]) => {
  await tell(pool, ...all)
  await follow(pool, logFollower('cards', 500, [cardsReader]))
}

describe('cards', () => {
  it('codes that one record gives to one party stand on one card; the same name alone joins nothing', async () => {
    await told(sale('1', [seller('嘉禾', OPERATOR)]), sale('2', [seller('嘉禾', OTHER)]))
    const [operator, other] = await cardsOf(OPERATOR, OTHER)
    expect(operator).not.toBe(other)
    await told(sale('3', [seller('嘉禾', OPERATOR, USCC)]))
    const [a, b, c] = await cardsOf(OPERATOR, USCC, OTHER)
    expect(a).toBe(b)
    expect(a).not.toBe(c)
    expect(await aliasesOf(pool, [OPERATOR, OTHER])).toEqual(
      new Map([
        [codeText(OPERATOR), [OPERATOR, USCC]],
        [codeText(OTHER), [OTHER]],
      ]),
    )
  })

  it('a card that went into another is found by its old number, and what the void of the record said is gone again', async () => {
    await told(sale('1', [seller('甲', OPERATOR)]), sale('2', [seller('乙', USCC)]))
    const [first, second] = await cardsOf(OPERATOR, USCC)
    await told(sale('3', [seller('丙', OPERATOR, USCC)]))
    expect(await cardOf(pool, 'party', second as string)).toEqual({ id: first, code: codeText(OPERATOR) })
    expect(await readCardHistory(pool, 'party', [first as string], 10)).toMatchObject([
      { change: 'merged', from: second, to: first, record: 'urn:cnft:sale:one:trade:3' },
    ])
    await told(sale('3', [seller('丙', OPERATOR, USCC)], { version: 2, status: 'void' }))
    expect(await cardsOf(OPERATOR, USCC)).toEqual([first, second])
    const said = await readCardDescriptions(pool, 'party', [first as string, second as string])
    expect(said.map(({ name }) => name).sort()).toEqual(['乙', '甲'])
    expect(await readCardHistory(pool, 'party', [second as string], 10)).toMatchObject([
      { change: 'parted', from: first, to: second },
      { change: 'merged', from: second, to: first },
    ])
  })

  it('counts a value by system, with when it was first and last seen and the newest record that says it', async () => {
    const at = Date.UTC(2024, 3, 15)
    await told(
      sale('1', [seller('甲', OPERATOR)], { receivedAtMs: at }),
      sale('2', [seller('甲', OPERATOR)], { receivedAtMs: at + 1000 }),
      sale('1', [seller('甲', OPERATOR)], { system: 'two', receivedAtMs: at + 2000 }),
    )
    await told(sale('2', [seller('乙', OPERATOR)], { version: 2, receivedAtMs: at + 3000 }))
    const [card] = await cardsOf(OPERATOR)
    const said = await readCardDescriptions(pool, 'party', [card as string])
    expect(said.map(({ name, system, records, newest }) => [name, system, records, newest])).toEqual(
      expect.arrayContaining([
        ['甲', 'one', 1, ['urn:cnft:sale:one:trade:1']],
        ['甲', 'two', 1, ['urn:cnft:sale:two:trade:1']],
        ['乙', 'one', 1, ['urn:cnft:sale:one:trade:2']],
      ]),
    )
    expect(said.find(({ system, name }) => system === 'one' && name === '甲')).toMatchObject({
      firstSeen: '2024-04-15T00:00:00.000Z',
      lastSeen: '2024-04-15T00:00:01.000Z',
    })
  })

  it('a person parts a code that many share, joins two that are one, and takes both back', async () => {
    await told(sale('1', [seller('甲', OPERATOR, USCC)]), sale('2', [seller('乙', OTHER)]))
    const [card, , other] = await cardsOf(OPERATOR, USCC, OTHER)
    const wish = {
      subject: 'party',
      card: card as string,
      reason: 'the market’s own code',
      keyId: null,
    } as const
    const part = await decideCode(pool, { ...wish, verdict: 'part', code: codeText(USCC) })
    expect(new Set(await cardsOf(OPERATOR, USCC)).size).toBe(2)
    await told(sale('3', [seller('甲', OPERATOR, USCC)]))
    expect(new Set(await cardsOf(OPERATOR, USCC)).size).toBe(2)
    const join = await decideCode(pool, { ...wish, verdict: 'join', code: codeText(OTHER) })
    expect(await cardsOf(OTHER)).toEqual([card])
    expect(await cardOf(pool, 'party', other as string)).toMatchObject({ id: card })
    await undoCodeDecision(pool, { subject: 'party', decision: join.id, keyId: null })
    await undoCodeDecision(pool, { subject: 'party', decision: part.id, keyId: null })
    expect(await cardsOf(OPERATOR, USCC, OTHER)).toEqual([card, card, other])
    await expect(
      undoCodeDecision(pool, { subject: 'party', decision: part.id, keyId: null }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses what cannot be decided', async () => {
    await told(sale('1', [seller('甲', OPERATOR, USCC)]), sale('2', [seller('乙', OTHER)]))
    const [card] = await cardsOf(OPERATOR)
    const wish = { subject: 'party', card: card as string, reason: 'r', keyId: null } as const
    const code = (verdict: 'join' | 'part', text: string) =>
      decideCode(pool, { ...wish, verdict, code: text })
    await expect(code('join', codeText(USCC))).rejects.toMatchObject({ code: 'conflict' })
    await expect(code('part', codeText(OTHER))).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(code('join', 'cn.uscc:nobody')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(
      decideCode(pool, {
        ...wish,
        card: '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2',
        verdict: 'join',
        code: codeText(OTHER),
      }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('party and site records describe themselves; a site and a party with one code are two cards', async () => {
    const node = { scheme: 'cn.mofcom.node9', value: '330402003' }
    await told(
      {
        key: 'p',
        kind: 'party',
        body: { name: '嘉兴市场', ids: [node, USCC], partyKind: 'market_operator' },
      },
      { key: 's', kind: 'site', body: { name: '嘉兴市场', ids: [node], siteKind: 'wholesale_market' } },
    )
    const [site] = await readCodes(pool, 'site', [codeText(node)])
    const [party] = await readCodes(pool, 'party', [codeText(node)])
    expect(site?.card).not.toBe(party?.card)
    expect(await readCardDescriptions(pool, 'site', [site?.card as string])).toMatchObject([
      { name: '嘉兴市场', kind: 'wholesale_market', role: 'self' },
    ])
  })

  it('keeps what cannot be kept otherwise: NUL, half a surrogate pair, a code too long to be one', async () => {
    await told(
      sale('1', [
        {
          role: 'seller',
          name: 'a\0b\ud800',
          ids: [OPERATOR, { scheme: 'cn.uscc', value: 'X'.repeat(5000) }],
        },
      ]),
    )
    const [card] = await cardsOf(OPERATOR)
    expect(await readCardDescriptions(pool, 'party', [card as string])).toMatchObject([
      { name: 'a\ufffdb\ufffd' },
    ])
  })
})

describe('the law of cards', () => {
  const ids = [OPERATOR, USCC, OTHER, { scheme: 'local.one', value: '7' }]
  const version = fc.record({
    record: fc.integer({ min: 0, max: 5 }),
    system: fc.constantFrom('one', 'two'),
    isVoid: fc.boolean(),
    name: fc.constantFrom('甲', '乙'),
    codes: fc.subarray([0, 1, 2, 3], { minLength: 1, maxLength: 3 }),
  })
  it('whatever is corrected and made void, in whatever steps, is what the newest versions say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(version, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 1, max: 6 }),
        async (versions, atOnce) => {
          await rewrite(pool, 'truncate record_versions, followers, descriptions, card_codes, card_history')
          const heads = new Map<string, Told>()
          const follower = logFollower('cards', atOnce, [cardsReader])
          for (const [i, { record, system, isVoid, name, codes }] of versions.entries()) {
            const key = `${record}`
            const before = heads.get(`${system} ${key}`)
            const next = sale(key, [seller(name, ...codes.map((at) => ids[at] as (typeof ids)[number]))], {
              system,
              version: (before?.version ?? 0) + 1,
              status: isVoid ? 'void' : 'active',
              receivedAtMs: Date.UTC(2024, 3, 15) + i,
            })
            heads.set(`${system} ${key}`, next)
            await tell(pool, next)
            if (i % 3 === 0) await follow(pool, follower)
          }
          await follow(pool, follower)
          expect(await stored()).toEqual(plain([...heads.values()]))
        },
      ),
      { numRuns: 40 },
    )
  })

  /** Sets of codes on one card, and counts of what is said, as stored. */
  async function stored() {
    const codes = await pool.query('select card, code from card_codes where records > 0 order by code')
    const sets = new Map<string, string[]>()
    for (const { card, code } of codes.rows) sets.set(card, [...(sets.get(card) ?? []), code])
    const said = await pool.query('select codes, system, name, records from descriptions where records > 0')
    return {
      sets: [...sets.values()].map((set) => set.join()).sort(),
      said: said.rows.map((row) => `${row.codes} ${row.system} ${row.name} ${row.records}`).sort(),
    }
  }

  /** The same from the newest versions alone. */
  function plain(heads: readonly Told[]) {
    const said = new Map<string, number>()
    let sets: string[][] = []
    for (const { system, status, body } of heads) {
      if (status === 'void') continue
      for (const { codes, name } of descriptionsOf('sale', { flags: [], ...body })) {
        const text = `${codes} ${system} ${name}`
        said.set(text, (said.get(text) ?? 0) + 1)
        const touching = sets.filter((set) => set.some((code) => codes.includes(code)))
        sets = [
          ...sets.filter((set) => !touching.includes(set)),
          [...new Set([...touching.flat(), ...codes])],
        ]
      }
    }
    return {
      sets: sets.map((set) => set.sort().join()).sort(),
      said: [...said].map(([text, count]) => `${text} ${count}`).sort(),
    }
  }
})
