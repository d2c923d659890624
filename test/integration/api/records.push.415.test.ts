import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

it.each(['text/plain', 'image/png', 'application/xml', 'nonsense'])(
  '%s is answered with what is accepted',
  async (type) => {
    const answer = await api.push(TRADES, '[]', { type })
    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ code: 'unsupported_media_type', detail: type })
    expect(answer.json().accepted).toContain('application/json')
  },
)

it('a body without a content type is answered with what is accepted', async () => {
  const answer = await api.push(TRADES, '[]', { type: '' })
  expect(answer.statusCode).toBe(415)
  expect(answer.json().accepted).toContain('application/json')
})

it.each(['br', 'gzip, gzip', 'constructor', '__proto__', 'toString'])(
  'a body in the content coding %s, which the hub does not know, is answered with those that it knows',
  async (coding) => {
    const answer = await api.push(TRADES, '[]', { headers: { 'content-encoding': coding } })
    expect(answer.statusCode).toBe(415)
    expect(answer.json().detail).toContain('gzip, deflate, zstd')
  },
)

it('parameters and case of the content type do not matter', async () => {
  const answer = await api.push(TRADES, JSON.stringify([trade('A1')]), {
    type: 'Application/JSON; charset=GBK',
  })
  expect(answer.statusCode).toBe(200)
})
