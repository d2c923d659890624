import { beforeAll, expect, it } from 'vitest'
import { writeCursor } from '#api/cursor.ts'
import { openapiDocument } from '#cli/openapi-document.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
beforeAll(async () => {
  await api.push(TRADES, JSON.stringify([trade('A1'), trade('')]))
})

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
}
const { paths } = (await openapiDocument()) as { paths: Record<string, Record<string, Operation>> }
const lists = Object.keys(paths).filter((path) =>
  paths[path]?.['get']?.parameters?.some((one) => one.in === 'query' && one.name === 'after'),
)

/** Parts that look as if they could be of a cursor, and what PostgreSQL takes for no time, number or day. */
const PARTS = [
  '2024-04-15T03:42:10.123456Z',
  '2024-13-45T03:42:10Z',
  '2024-02-30 03:42:10+00',
  '0000-01-01T00:00:00Z',
  '2024-02-30',
  '999999999999999999',
  '999999999',
  '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37',
  'b\u0000',
  'bx',
]
const CURSORS = [
  ...PARTS.map((one) => [one]),
  ...PARTS.flatMap((one) => PARTS.map((other) => [one, other])),
  ...PARTS.flatMap((one) => [
    ['1', one, 'bx'],
    [one, 'bx', '1'],
    ['bx', '1', one],
    [one, 'day', 'r:33', '1'],
    ['2024-04-15', 'day', one, '1'],
    ['2024-04-15', 'day', 'r:33', one],
  ]),
].map((parts) => writeCursor(...parts))

it.each(lists)(
  'a cursor that nobody gave out is refused or answered by %s, whatever its parts are',
  async (path) => {
    for (const after of [...CURSORS, Buffer.from('[1e999,{"a":1},"x",2]').toString('base64url')]) {
      const answer = await api.call('GET', `${path.replaceAll(/\{\w+\}/g, 'x')}?after=${after}`)
      expect(answer.statusCode, `${after} ${answer.body.slice(0, 200)}`).toBeLessThan(500)
    }
  },
  60_000,
)

it('there are lists', () => {
  expect(lists.length).toBeGreaterThan(20)
})

const raw = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url')

it.each([
  ['a NUL', ['2024-04-15', '\0']],
  ['half of a surrogate pair', ['2024-04-15', '\ud800']],
  ['a day that is none', ['2024-02-30', 'x']],
  ['a year that is none', ['0000-01-01', 'x']],
  ['a number', ['2024-04-15', 1e300]],
  ['no list', {}],
  ['nothing', null],
])('a list of uses of a paper refuses a place of %s, and says that it gave none such', async (_, parts) => {
  for (const path of ['HGZ20240415-7K3M', 'any/HGZ20240415-7K3M']) {
    const answer = await api.call('GET', `/v1/documents/${path}?after=${raw(parts)}`)
    expect(answer.statusCode, answer.body).toBe(400)
    expect(answer.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'after is not a cursor of this list',
    })
  }
})

it.each([
  ['a NUL', [1, 'back', '\0']],
  ['half of a surrogate pair', [1, 'back', '\ud800']],
  ['a depth without end', [1e300, 'forward', 'x']],
  ['a depth before the first', [-1, 'forward', 'x']],
])('a trace is no fault of the hub from a place of %s on', async (_, parts) => {
  const answer = await api.call('GET', `/v1/trace/HGZ20240415-7K3M?after=${raw(parts)}`)
  expect(answer.statusCode, answer.body).toBeLessThan(500)
})
