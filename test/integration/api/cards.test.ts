import { beforeAll, describe, expect, it } from 'vitest'
import { logFollower } from '#flow/follow/log-follower.ts'
import { cardsReader } from '#flow/reference/follow-cards.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { follow } from '../reference/setting.ts'

const api = withApi()
const OTHER = '3304020030108'
const certificateOf = (id: string, parties: object[]) => ({
  kind: 'document',
  system: 'jiaxing-wholesale',
  key: [id],
  occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second' },
  documents: [{ role: 'self', type: 'promise_cert', number: id }],
  parties,
})
beforeAll(async () => {
  await api.push(
    TRADES,
    JSON.stringify([
      trade('1'),
      trade('2', { buyerCode: OTHER, buyerName: '嘉禾示例果蔬商行' }),
      trade('3', { sellerCode: '3304020030109', sellerName: '第三商行' }),
    ]),
  )
  await api.call('POST', '/v1/records', {
    body: [
      certificateOf('c1', [
        {
          role: 'issuer',
          name: '王示例',
          personal: true,
          ids: [{ scheme: 'local.jiaxing-wholesale', value: 'P1' }],
        },
      ]),
    ],
  })
  await follow(api.pool, logFollower('cards', 500, [cardsReader]))
})
const get = async (path: string) => (await api.call('GET', path)).json()
const ofCode = async (code: string) => (await get(`/v1/parties?code=${code}`)).parties

describe('GET /v1/parties', () => {
  it('finds the card by a code with and without its scheme, and gives each value with its source', async () => {
    const [card, ...others] = await ofCode('cn.mofcom.operator13:3304020030107')
    expect(others).toEqual([])
    expect(await ofCode('3304020030107')).toEqual([card])
    expect(card).toMatchObject({
      codes: [{ scheme: 'cn.mofcom.operator13', value: '3304020030107', region: '330402', records: 4 }],
      systems: ['jiaxing-wholesale'],
      personal: false,
      conflicts: [],
    })
    expect(card.names).toEqual([
      {
        value: '嘉禾示例果蔬商行',
        count: 4,
        systems: ['jiaxing-wholesale'],
        firstSeen: expect.stringMatching(/^20/),
        lastSeen: expect.stringMatching(/^20/),
        newest: expect.stringMatching(/^urn:cnft:(sale|payment):jiaxing-wholesale:trade:2$/),
      },
    ])
    expect(card.roles.map(({ value }: { value: string }) => value).sort()).toEqual(['payee', 'seller'])
  })

  it('lists by name, system and region, page by page, each card once', async () => {
    expect((await get('/v1/parties?name=%E5%98%89%E7%A6%BE')).parties).toHaveLength(2)
    expect((await get('/v1/parties?name=%E5%98%89%E7%A6%BE&system=nobody')).parties).toEqual([])
    const all = (await get('/v1/parties?region=33')).parties
    expect(all).toHaveLength(4)
    expect((await get('/v1/parties?region=330402')).parties).toHaveLength(3)
    const ids: string[] = []
    let after = ''
    do {
      const page = await get(`/v1/parties?limit=2${after}`)
      ids.push(...page.parties.map(({ id }: { id: string }) => id))
      after = page.next === null ? '' : `&after=${page.next}`
    } while (after !== '')
    expect(new Set(ids).size).toBe(5)
    expect(ids).toHaveLength(5)
  })

  it('masks the names of persons, and does not find them by name', async () => {
    const [card] = await ofCode('local.jiaxing-wholesale:P1')
    expect(card).toMatchObject({ personal: true, names: [{ value: '王**' }] })
    expect((await get('/v1/parties?name=%E7%8E%8B')).parties).toEqual([])
    expect(JSON.stringify(await get(`/v1/parties/${card.id}`))).not.toContain('王示例')
  })

  it('refuses a cursor of another list', async () => {
    expect((await api.call('GET', '/v1/parties?after=x')).statusCode).toBe(400)
  })
})

describe('GET /v1/parties/{id}', () => {
  it('relates the operator to its node and shows who bears the same name, without joining either', async () => {
    const [card] = await ofCode('3304020030107')
    const [other] = await ofCode(OTHER)
    const [market] = (await get('/v1/sites?code=330402003')).sites
    expect(await get(`/v1/parties/${card.id}`)).toMatchObject({
      id: card.id,
      nodes: [{ scheme: 'cn.mofcom.node9', value: '330402003', site: market.id, party: null }],
      sameName: [{ card: other.id, name: '嘉禾示例果蔬商行' }],
      decisions: [],
      history: [],
    })
    expect(await get(`/v1/sites/${market.id}`)).toMatchObject({
      operators: 3,
      names: [{ value: expect.any(String) }],
    })
  })

  it('is 404 for a number that no card ever had, and for a card of the other kind', async () => {
    const [market] = (await get('/v1/sites?code=330402003')).sites
    for (const id of ['0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2', market.id]) {
      const answer = await api.call('GET', `/v1/parties/${id}`)
      expect(answer.statusCode).toBe(404)
      expect(answer.json()).toMatchObject({ code: 'not_found' })
    }
  })
})

it('GET /v1/parties/suggestions lists the names that stand on several cards', async () => {
  const { suggestions, next } = await get('/v1/parties/suggestions')
  expect(next).toBeNull()
  expect(suggestions).toMatchObject([
    { name: '嘉禾示例果蔬商行', cards: [{ personal: false }, { personal: false }] },
  ])
  expect((await get('/v1/sites/suggestions')).suggestions).toEqual([])
})

describe('POST /v1/parties/{id}/aliases', () => {
  it('joins a code, keeps the reason, and DELETE takes it back', async () => {
    const [card] = await ofCode('3304020030107')
    const [other] = await ofCode(OTHER)
    const body = { verdict: 'join', scheme: 'cn.mofcom.operator13', value: OTHER, reason: 'same licence' }
    const made = await api.call('POST', `/v1/parties/${card.id}/aliases`, { body })
    expect(made.statusCode).toBe(201)
    expect(made.headers['location']).toBe(`/v1/parties/${card.id}/aliases/${made.json().id}`)
    const joined = await get(`/v1/parties/${other.id}`)
    expect(joined).toMatchObject({
      id: card.id,
      decisions: [{ verdict: 'join', reason: 'same licence', other: 'cn.mofcom.operator13:3304020030107' }],
      history: [{ change: 'merged', from: other.id, to: card.id, decision: made.json().id }],
      sameName: [],
    })
    expect(joined.codes).toHaveLength(2)
    expect((await api.call('POST', `/v1/parties/${card.id}/aliases`, { body })).statusCode).toBe(409)
    const undo = `/v1/parties/${card.id}/aliases/${made.json().id}`
    expect((await api.call('DELETE', undo)).statusCode).toBe(204)
    expect((await api.call('DELETE', undo)).statusCode).toBe(404)
    expect((await ofCode(OTHER))[0].id).toBe(other.id)
  })

  it.each([
    [{ verdict: 'join', scheme: 'cn.uscc', value: 'nobody', reason: 'r' }, '/value'],
    [{ verdict: 'part', scheme: 'cn.mofcom.operator13', value: OTHER, reason: 'r' }, '/value'],
    [{ verdict: 'join', scheme: 'cn.uscc', value: 'x', reason: ' ' }, '/reason'],
  ])('%o is 400', async (body, path) => {
    const [card] = await ofCode('3304020030107')
    const answer = await api.call('POST', `/v1/parties/${card.id}/aliases`, { body })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().issues[0].path).toBe(path)
  })
})

it('GET /metrics tells how far the followers are behind the log', async () => {
  const behind = async () => {
    const { body } = await api.call('GET', '/metrics')
    return /hub_follower_lag_changes\{follower="cards"\} (\d+)/.exec(body)?.[1]
  }
  expect(await behind()).toBe('0')
  await api.push(TRADES, JSON.stringify([trade('m1')]))
  expect(Number(await behind())).toBe(2)
})
