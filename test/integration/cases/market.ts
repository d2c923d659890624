import { beforeAll, beforeEach, expect } from 'vitest'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { urgentTestsFollower } from '#flow/cases/urgent-tests.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const SYSTEM = 'plain-market'
export const PAK_CHOI = { name: '小白菜', class: 'vegetable' }
export const SPINACH = { name: '菠菜', class: 'vegetable' }

interface Card {
  readonly id: string
  readonly state: string
  readonly test: string
  readonly cause: string
  readonly product: { readonly name: string | null }
  readonly stall: string | null
  readonly heldMass: string | null
  readonly toldAt: string
  readonly lots: readonly { readonly code: string; readonly held: boolean }[]
  readonly holds: readonly { readonly kind: string; readonly place: string }[]
  readonly events: readonly { readonly event: string; readonly at: string }[]
}

/** A hub with a market for each test, and what is said of its goods: entries, rapid tests, tests of laboratories and what an official says. */
export function withMarket() {
  const api = withApi()
  /** Each test has a market of its own. */
  let market = 330105100
  beforeEach(() => {
    market += 1
  })
  beforeAll(async () => {
    await createSystem(api.pool, { id: SYSTEM, title: { zh: '甲', en: 'A' } })
  })

  const at = (stall: string | null, product: object) => ({
    ...{ system: SYSTEM, region: { code: '330105', year: 2026 }, product },
    occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
    sites: [
      { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: String(market) }] },
      ...(stall === null ? [] : [{ role: 'stall', name: stall, ids: [] }]),
    ],
  })
  const lotOf = (n: number) => ({
    role: 'subject',
    scheme: 'cn.mofcom.trace20b',
    value: `${market}2603020000${n}`,
  })
  const code = (n: number) => `lot:${market}2603020000${n}`
  const entry = (n: number, stall: string, product: object) => ({
    ...at(stall, product),
    ...{
      kind: 'entry',
      key: [`${market}-e${n}`],
      lots: [lotOf(n)],
      quantity: { value: `${n}0`, unit: 'KGM' },
    },
  })
  const rapid = (key: string, stall: string, product: object, more: object = {}) => ({
    ...at(stall, product),
    ...{ kind: 'test', key: [`${market}-${key}`] },
    test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
    ...more,
  })
  const laboratory = (key: string, n: number, verdict: string, more: object = {}) => ({
    ...at(null, SPINACH),
    ...{ kind: 'test', key: [`${market}-${key}`], lots: [lotOf(n)] },
    test: { item: '毒死蜱', verdict, screening: false, method: 'GC-MS', raw: verdict },
    ...more,
  })

  const push = async (one: object) => {
    const stored = (await api.call('POST', '/v1/records', { body: [one] })).json()
    expect(stored, JSON.stringify(stored)).toMatchObject({ rejected: 0, unchanged: 0 })
  }
  const follow = () => followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))
  /** Looks for tests that wait for their turn: what is in the log now is taken by the second look. */
  const lookAhead = async (looks = 2) => {
    const ahead = urgentTestsFollower({ pool: api.pool, intake: api.intake })
    for (let look = 0; look < looks; look++)
      for (let end = 'more'; end === 'more'; ) end = await ahead.step(api.pool)
  }
  /** Records one message after another, each followed to the end. */
  const send = async (...records: readonly object[]) => {
    for (const one of records) {
      await push(one)
      await follow()
    }
  }
  /** The same where nobody follows the log meanwhile, and tests are taken before their turn. */
  const sendAhead = async (...records: readonly object[]) => {
    for (const one of records) {
      await push(one)
      await lookAhead()
    }
  }
  /** The cases of the market of this test, newest first, as the hub answers them. */
  const cards = async () => {
    const { cases } = (await api.call('GET', '/v1/cases?limit=100')).json()
    const own: Card[] = []
    for (const { id, test: opener } of cases as { id: string; test: string | null }[])
      if (opener?.includes(`${market}-`)) own.push((await api.call('GET', `/v1/cases/${id}`)).json())
    return own
  }
  /** Of each its state, product, stall, what is held, and the orders in force. */
  const told = async () =>
    (await cards()).map(({ state, product, stall, heldMass, lots, holds }) => ({
      ...{ state, product: product.name, stall, mass: heldMass },
      held: lots.filter(({ held }) => held).map((lot) => lot.code),
      orders: holds.map(({ kind, place }) => `${kind} ${place}`),
    }))
  const here = () => `cn.mofcom.node9:${market}`

  const sayOf = async (state: string, ...bodies: readonly object[]) => {
    const { cases } = (await api.call('GET', `/v1/cases?state=${state}&limit=100`)).json()
    const own = cases.find(({ test: opener }: { test: string | null }) => opener?.includes(`${market}-`))
    for (const body of bodies) {
      const answer = await api.call('POST', `/v1/cases/${own.id}/events`, { body })
      expect(answer.statusCode, answer.body).toBe(200)
    }
  }
  return {
    api,
    code,
    entry,
    rapid,
    laboratory,
    push,
    send,
    sendAhead,
    lookAhead,
    follow,
    cards,
    told,
    here,
    sayOf,
  }
}
