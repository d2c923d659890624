import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { KINDS } from '#core/model/kinds.ts'

const contract = JSON.parse(await readFile('openapi/receiver.json', 'utf8')) as {
  openapi: string
  components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }> }> }
}
const { schemas } = contract.components

const ajv = new Ajv2020({ strict: false })
ajv.addSchema(contract, 'receiver')
const accepts = (name: string, value: unknown) =>
  ajv.validate({ $ref: `receiver#/components/schemas/${name}` }, value)

test('the receiver contract knows every kind of record', () => {
  expect(schemas['Change']?.properties['kind']?.enum?.toSorted()).toEqual([...KINDS].toSorted())
})

test('a batch as the hub sends it keeps the contract', () => {
  const change = {
    event: 'e1',
    operation: 'upsert',
    kind: 'sale',
    id: 'urn:cnft:sale:x:trade:1',
    version: 1,
    record: { kind: 'sale' },
  }
  expect(accepts('Batch', { link: 'l1', changes: [change] })).toBe(true)
  expect(accepts('Batch', { link: 'l1', changes: [{ ...change, operation: 'void', version: 2 }] })).toBe(true)
  const road = { origin: 'zj-xihu', hops: ['zj-xihu', 'zj-hangzhou'] }
  expect(accepts('Batch', { link: 'l1', changes: [{ ...change, ...road }] })).toBe(true)
  expect(accepts('Batch', { link: 'l1', changes: [{ ...change, ...road, hops: [] }] })).toBe(false)
  expect(accepts('Batch', { link: 'l1', changes: [] })).toBe(false)
  expect(accepts('Batch', { link: 'l1', changes: [{ ...change, version: 0 }] })).toBe(false)
})

test('an answer as receivers give it keeps the contract', () => {
  expect(accepts('Answer', { results: [{ event: 'e1', verdict: 'retry', after: 30 }] })).toBe(true)
  expect(accepts('Answer', { results: [{ event: 'e1', verdict: 'done' }] })).toBe(false)
  expect(accepts('Answer', {})).toBe(false)
})

test('every title of the contract is in English and Chinese', () => {
  const titles = [...JSON.stringify(contract).matchAll(/"(?:title|summary)":"([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  )
  expect(titles.length).toBeGreaterThan(10)
  expect(titles.filter((title) => !/[A-Za-z].* \/ .*[\u4e00-\u9fff]/.test(title))).toEqual([])
})
