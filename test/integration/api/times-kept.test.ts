import { beforeAll, describe, expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
beforeAll(async () => {
  await api.push(TRADES, JSON.stringify([trade('A1')]))
})

interface Schema {
  readonly $ref?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
}
const { paths, components } = (await openapiDocument()) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}
const FORMATS: ReadonlySet<string> = new Set(['date', 'date-time', 'day-or-time'])

/** Where times stand in a body, as the steps to each. */
function timesIn(schema: Schema, steps: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (steps.length > 8) return []
  if (schema.$ref) return timesIn(components.schemas[schema.$ref.split('/').at(-1) as string] ?? {}, steps)
  if (schema.format && FORMATS.has(schema.format)) return [steps]
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => timesIn(one, [...steps, name])),
    ...(schema.items ? timesIn(schema.items, [...steps, 0]) : []),
    ...(schema.anyOf ?? []).flatMap((one) => timesIn(one, steps)),
  ]
}

const bodyWith = (steps: readonly (string | number)[], time: string): unknown =>
  steps.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), time)

/** Records are checked one by one, and what is wrong with one is told of it. */
const isOfRecords = (path: string): boolean => path.startsWith('/v1/records') || path.startsWith('/v1/push')

const calls = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) => {
    const call = { method: method.toUpperCase(), path }
    const schema = requestBody?.content['application/json']?.schema
    return [
      ...parameters
        .filter((one) => one.in === 'query' && FORMATS.has(one.schema.format ?? ''))
        .map(({ name }) => ({ ...call, place: `?${name}`, steps: null })),
      ...(schema && !isOfRecords(path) ? timesIn(schema) : []).map((steps) => ({
        ...call,
        place: `/${steps.join('/')}`,
        steps,
      })),
    ]
  }),
)
const send = ({ method, path, place, steps }: (typeof calls)[number], time: string) => {
  const filled = path
    .replace('{number}', 'HGZ20240415-7K3M')
    .replace('{id}', '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37')
    .replaceAll(/\{\w+\}/g, 'x')
  return steps === null
    ? api.call(method, `${filled}${place}=${encodeURIComponent(time)}`)
    : api.call(method, filled, { body: bodyWith(steps, time) as object })
}

describe('times of calls', () => {
  it.each(calls)(
    '$method $path refuses at $place what cannot be kept, and says how to write it',
    async (call) => {
      for (const time of [
        '0000-01-01T00:00:00Z',
        '0001-01-01T00:00:00+14:00',
        '2024-04-15T23:59:60Z',
        '9999-12-31T23:59:59-12:00',
        '2024-02-30T00:00:00Z',
        '0000-01-01',
        '2024-02-30',
      ]) {
        const answer = await send(call, time)
        expect(answer.statusCode, `${time} ${answer.body}`).toBe(400)
        expect(answer.json().issues, `${time} ${answer.body}`).toContainEqual(
          expect.objectContaining({ path: call.place, fix: expect.stringContaining('2026-04-15') }),
        )
      }
    },
  )

  it.each(calls)(
    '$method $path is not at fault for the first and the last of them at $place',
    async (call) => {
      for (const time of [
        '1900-01-01T00:00:00Z',
        '9999-12-31T23:59:59.999Z',
        '1900-01-01',
        '9999-12-31',
        '2024-04-15t00:00:00z',
      ]) {
        const answer = await send(call, time)
        expect(answer.statusCode, `${time} ${answer.body}`).toBeLessThan(500)
      }
    },
  )

  it('a recall is rehearsed with what was known at the first and the last of them', async () => {
    for (const [at, status] of [
      ['1900-01-01', 404],
      ['9999-12-31', 200],
      ['9999-12-31T23:59:59.999Z', 200],
    ] as const) {
      const answer = await api.call('POST', '/v1/recalls/rehearse', {
        body: { document: 'HGZ20240415-7K3M', at },
      })
      expect(answer.statusCode, answer.body).toBe(status)
    }
  })

  it('there are such calls', () => {
    expect(calls.length).toBeGreaterThan(25)
  })
})
