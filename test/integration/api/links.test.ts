import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const wish = { name: 'City', url: 'http://127.0.0.1:9000/changes', allowAddress: '127.0.0.1/32:9000' }
const make = (body: object) => api.call('POST', '/v1/links', { body })

it('a link is made, shows its secret once, and is woken', async () => {
  await api.push(TRADES, JSON.stringify([trade('A1')]))
  const answer = await make({ ...wish, filter: { kinds: ['sale'], regions: ['330400'] } })
  expect(answer.statusCode).toBe(201)
  const link = answer.json()
  expect(answer.headers['location']).toBe(`/v1/links/${link.id}`)
  expect(link).toMatchObject({
    name: 'City',
    url: wish.url,
    allowAddress: ['127.0.0.1/32:9000'],
    filter: { kinds: ['sale'], regions: ['330400'] },
    mapping: 'canonical',
    state: 'active',
    position: '0',
    behind: 2,
    lastError: null,
  })
  expect(link.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(api.woken).toContain(link.id)
  const { secret: _, ...rest } = link
  // It waits a second longer, perhaps, until it is looked at.
  const later = { ...rest, secondsBehind: expect.any(Number) }
  expect((await api.call('GET', `/v1/links/${link.id}`)).json()).toEqual(later)
  expect((await api.call('GET', '/v1/links')).json()).toEqual({ links: [later], next: null })
})

it('it is changed, paused, resumed and deleted', async () => {
  const { id } = (await make(wish)).json()
  const path = `/v1/links/${id}`
  const patched = await api.call('PATCH', path, { body: { name: 'County', filter: {} } })
  expect(patched.json()).toMatchObject({
    name: 'County',
    filter: {},
    url: wish.url,
    allowAddress: [wish.allowAddress],
  })
  expect((await api.call('POST', `${path}/pause`)).json()).toMatchObject({ state: 'paused' })
  expect(
    (await api.call('POST', `${path}/resume`, { headers: { 'content-type': 'application/json' } })).json(),
  ).toMatchObject({ state: 'active' })
  expect((await api.call('GET', `${path}/deliveries`)).json()).toEqual({ deliveries: [], next: null })
  expect((await api.call('GET', `${path}/held?state=waiting`)).json()).toEqual({ held: [], next: null })
  expect((await api.call('DELETE', path)).statusCode).toBe(204)
  for (const [method, at] of [
    ['GET', path],
    ['DELETE', path],
    ['POST', `${path}/pause`],
    ['GET', `${path}/held`],
  ] as const) {
    expect((await api.call(method, at)).statusCode).toBe(404)
  }
})

it.each([
  ['http://127.0.0.1:9000/', undefined],
  ['http://127.1/', undefined],
  ['http://2130706433/', undefined],
  ['http://[::ffff:7f00:1]/', undefined],
  ['http://169.254.169.254/latest/meta-data/', undefined],
  ['http://10.0.0.7/', undefined],
  ['http://127.0.0.1:9001/', '127.0.0.1/32:9000'],
  ['gopher://example.org/', undefined],
  ['https://user:secret@example.org/', undefined],
  ['no address', undefined],
])('%s is no address to deliver to', async (url, allowAddress) => {
  const answer = await make({ name: 'x', url, ...(allowAddress ? { allowAddress } : {}) })
  expect(answer.statusCode).toBe(422)
  expect(answer.json()).toMatchObject({ code: 'address_refused' })
})

it('an address cannot be slipped in by a change', async () => {
  const { id } = (await make(wish)).json()
  const answer = await api.call('PATCH', `/v1/links/${id}`, { body: { url: 'http://169.254.169.254/' } })
  expect(answer.statusCode).toBe(422)
  expect((await api.call('GET', `/v1/links/${id}`)).json().url).toBe(wish.url)
})

it.each([
  [{ url: wish.url }, '/name'],
  [{ ...wish, name: ' ' }, '/name'],
  [{ name: 'x' }, '/url'],
  [{ ...wish, state: 'paused' }, '/state'],
  [{ ...wish, secret: 'whsec_mine' }, '/secret'],
  [{ ...wish, filter: { kinds: ['sales'] } }, '/filter/kinds/0'],
  [{ ...wish, filter: { colour: [] } }, '/filter/colour'],
  [{ ...wish, mapping: 'jiaxing-wholesale/trade' }, '/mapping'],
  [{ ...wish, mapping: 'nobody/nothing' }, '/mapping'],
  [{ name: 'x', system: 'nobody' }, '/system'],
  [{ ...wish, folder: '/srv/drop/x' }, '/folder'],
  [{ ...wish, sees: ['secret'] }, '/sees/0'],
  [{ ...wish, filter: { kinds: ['payment'] } }, '/sees'],
  [{ ...wish, token: 'two words' }, '/token'],
  [{ ...wish, signing: 'v2' }, '/signing'],
])('%j is refused at %s', async (body, path) => {
  const answer = await make(body)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues.map((issue: { path: string }) => issue.path)).toContain(path)
})

it('a link whose mapping decides by, or requires, what the link may not see is not made, and says what it lacks', async () => {
  const wishes = ['shanghai-platform/outbound', 'mofcom-city/market-trade-out'].map((mapping) => ({
    ...wish,
    mapping,
  }))
  for (const one of wishes) {
    const answer = await make(one)
    expect([answer.statusCode, answer.json().issues]).toMatchObject([
      400,
      [{ path: '/sees', reason: expect.stringMatching(/needs parties\.buyer.* does not see restricted$/) }],
    ])
    const { id } = (await make({ ...one, sees: ['partner', 'restricted'] })).json()
    const narrowed = await api.call('PATCH', `/v1/links/${id}`, { body: { sees: ['partner'] } })
    expect([narrowed.statusCode, narrowed.json().issues?.[0]?.path]).toEqual([400, '/sees'])
  }
})
