import { expect, it } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { mappingExample } from '#api/examples-mappings.ts'
import { PARTS, partNameOf } from '#api/record-parts.ts'
import { openapiDocument } from '#cli/openapi-document.ts'
import { compileMapping } from '#core/mapping/compile.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly object[]
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>
}
const document = JSON.parse(JSON.stringify(await openapiDocument())) as {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
  readonly tags: readonly { readonly name: string }[]
}
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

function walk(value: unknown, visit: (one: Record<string, unknown>) => void): void {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) visit(value as Record<string, unknown>)
  for (const one of Object.values(value)) walk(one, visit)
}

it('an object that has the names of a part of records and other types is written out, as the one to whom a finding is assigned', () => {
  expect(document.paths['/v1/findings/{id}/events']?.['post']).toHaveProperty(
    [
      ...['requestBody', 'content', 'application/json', 'schema'],
      ...['properties', 'owner', 'properties', 'region', 'type'],
    ],
    'string',
  )
  const titled = { ...PARTS.FindingOwner, title: 'Who', description: 'of all' }
  expect(partNameOf(titled)).toBe('FindingOwner')
  const { role } = PARTS.FindingOwner.properties
  expect(partNameOf({ ...titled, properties: { role, region: { type: 'string' } } })).toBeUndefined()
})

it('is OpenAPI 3.1 and has every route of the contract', () => {
  expect(document.openapi).toBe('3.1.0')
  const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  expect(routes).toEqual(
    expect.arrayContaining([
      'POST /v1/systems/{system}/records/{record}',
      'GET /v1/receipts/{id}',
      'POST /v1/records',
      'GET /v1/records',
      'GET /v1/records/{id}',
      'GET /v1/changes',
      'GET /v1/lots/{code}',
      'GET /v1/trace/{code}',
      'GET /v1/documents/required',
      'GET /v1/documents/{type}/{number}',
      'GET /v1/rejections',
      'GET /v1/rejections/groups',
      'GET /v1/systems',
      'POST /v1/systems',
      'GET /v1/systems/{id}',
      'PATCH /v1/systems/{id}',
      'POST /v1/systems/{id}/check',
      'POST /v1/mappings/try',
      'GET /v1/links',
      'POST /v1/links',
      'PATCH /v1/links/{id}',
      'POST /v1/links/{id}/pause',
      'POST /v1/links/{id}/resume',
      'GET /v1/links/{id}/deliveries',
      'POST /v1/keys',
      'GET /v1/keys',
      'DELETE /v1/keys/{id}',
      'GET /healthz',
      'GET /readyz',
      'GET /metrics',
      'GET /t/{code}',
      'GET /public/v1/trace/{code}',
    ]),
  )
})

it('every reference leads somewhere', () => {
  const dangling: unknown[] = []
  walk(document, (one) => {
    const { $ref } = one
    if (typeof $ref !== 'string') return
    const name = /^#\/components\/schemas\/([A-Za-z]+)$/.exec($ref)?.[1]
    if (!name || !(name in document.components.schemas)) dangling.push($ref)
  })
  expect(dangling).toEqual([])
})

it('every component is used, so that none is left over', () => {
  const used = new Set<unknown>()
  walk(document, (one) => void used.add(one['$ref']))
  const unused = Object.keys(document.components.schemas).filter(
    (name) => !used.has(`#/components/schemas/${name}`),
  )
  expect(unused).toEqual([])
})

it('every operation has an id of its own, a summary in both languages, a description and a known tag', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const tags = document.tags.map(({ name }) => name)
  for (const { method, path, operation } of operations) {
    const name = `${method} ${path}`
    expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/)
    expect(operation.summary, name).toMatch(/^[A-Z].* · .*\p{Script=Han}/u)
    expect(operation.description, name).toBeTruthy()
    expect(tags, name).toContain(operation.tags?.[0])
  }
})

it('every operation says whether it needs a key, and with one what a wrong key gets', () => {
  for (const { path, method, operation } of operations) {
    expect(operation.security, `${method} ${path}`).toBeDefined()
    const needsKey = (operation.security ?? []).length > 0
    expect(needsKey, `${method} ${path}`).toBe(path.startsWith('/v1/') || path === '/metrics')
    if (needsKey) expect(operation.responses, `${method} ${path}`).toHaveProperty('401')
  }
})

it('the parameters of the path are those of its template', () => {
  for (const { path, method, operation } of operations) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const named = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name)
    expect(named, `${method} ${path}`).toEqual(wanted)
  }
})

it('every answer is described, and every failure is a problem, but those of the pages for people and those that RFC 6749 spells', () => {
  for (const { path, method, operation } of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      expect(response.description, `${method} ${path} ${status}`).not.toBe('Default Response')
      const isOfOauth = path === '/oauth/token' && ['400', '401'].includes(status)
      if (Number(status) >= 400 && !path.startsWith('/t/'))
        expect(Object.keys(response.content ?? {})).toEqual([
          isOfOauth ? 'application/json' : 'application/problem+json',
        ])
    }
  }
})

it('nothing of the hub’s insides is in it', () => {
  expect(JSON.stringify(document)).not.toMatch(/"\$id"|~kind|def-\d/)
})

it('shows every tag to one group of readers, and no group that has none', () => {
  const groups = (document as unknown as { 'x-tagGroups': { name: string; tags: string[] }[] })['x-tagGroups']
  expect(groups.flatMap(({ tags }) => tags).sort()).toEqual(document.tags.map(({ name }) => name).sort())
  const used = new Set(operations.flatMap(({ operation }) => operation.tags ?? []))
  expect([...used].sort()).toEqual(document.tags.map(({ name }) => name).sort())
})

it('the example of trying a mapping is a mapping that works', () => {
  const { mapping, mistakes } = compileMapping({ path: 'example.yaml', text: mappingExample.mapping })
  expect(mistakes).toEqual([])
  const { records } = decode(Buffer.from(mappingExample.sample), { format: 'json' })
  expect(
    records.map((record) => mapping?.map(record, { receivedAtMs: Date.UTC(2026, 10, 1) }).issues),
  ).toEqual([[]])
})
