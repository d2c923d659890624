import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { KINDS } from '#core/model/kinds.ts'
import { versionDigest } from '#core/reconcile/digest.ts'
import { readBucketAnswer, readKeyAnswer, readPartAnswer } from '#core/reconcile/read-answers.ts'

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

test('questions and answers of a reconciliation keep the contract, and what the hub does not read does not', () => {
  const bucket = { kind: 'sale', region: '330401', hour: '2024-04-15T03' }
  const figures = { count: 2, mass: '10.5', digest: versionDigest('urn:cnft:sale:x:trade:1', 1) }
  const counts = { buckets: [{ ...bucket, ...figures }], next: null }
  const parts = { parts: [{ place: 'a0', ...figures }] }
  const keys = { keys: [{ id: 'urn:cnft:sale:x:trade:1', version: 1, mass: '10.5' }] }
  for (const question of [
    { from: '2024-04-15T00', to: '2024-04-16T00' },
    { untimed: true },
    { bucket, place: 'a' },
  ])
    expect(accepts('CountsQuestion', { link: 'l1', ...question }), JSON.stringify(question)).toBe(true)
  expect(accepts('KeysQuestion', { link: 'l1', bucket, place: 'a0' })).toBe(true)
  expect([
    accepts('CountsAnswer', counts),
    accepts('CountsAnswer', parts),
    accepts('KeysAnswer', keys),
  ]).toEqual([true, true, true])
  expect(readBucketAnswer(JSON.stringify(counts))).toEqual({ rows: counts.buckets, next: null })
  expect(readPartAnswer(JSON.stringify(parts))).toEqual({ rows: parts.parts, next: null })
  expect(readKeyAnswer(JSON.stringify(keys))).toEqual({ rows: keys.keys, next: null })
  for (const wrong of [
    { count: -1 },
    { mass: 'x' },
    { digest: 'ABC' },
    { hour: '2024-04-15T24' },
    { count: '1' },
  ]) {
    const answer = { buckets: [{ ...bucket, ...figures, ...wrong }] }
    expect(accepts('CountsAnswer', answer), JSON.stringify(wrong)).toBe(false)
    expect(readBucketAnswer(JSON.stringify(answer)), JSON.stringify(wrong)).toBeNull()
  }
  expect(readKeyAnswer('{"keys":[{"id":"x"}]}')).toBeNull()
  expect(readKeyAnswer('<html>')).toBeNull()
})

test('every title of the contract is in English and Chinese', () => {
  const titles = [...JSON.stringify(contract).matchAll(/"(?:title|summary)":"([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  )
  expect(titles.length).toBeGreaterThan(10)
  expect(titles.filter((title) => !/[A-Za-z].* \/ .*[\u4e00-\u9fff]/.test(title))).toEqual([])
})
