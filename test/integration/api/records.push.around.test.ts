import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const FORM = { type: 'application/x-www-form-urlencoded; charset=UTF-8' }
const sample = (file: string) => readFileSync(`mappings/${file}`)

it('a form is answered in the one line that its sender waits for, and sent again it is unchanged', async () => {
  const bytes = sample('longyou-farms/samples/valid/origin-out-one.txt')
  const counts = []
  for (const _ of [1, 2]) {
    const answer = await api.push('longyou-farms/origin-out', bytes, FORM)
    expect([answer.statusCode, answer.body]).toEqual([200, '{"success":true}'])
    const receipt = (await api.call('GET', String(answer.headers['location']))).json()
    counts.push([receipt.accepted, receipt.unchanged])
  }
  expect(counts).toEqual([
    [1, 0],
    [0, 1],
  ])
})

it.each(['wrong-method', 'too-many', 'truncated'])('%s is refused whole in the same words', async (file) => {
  const bytes = sample(`longyou-farms/samples/invalid/${file}.txt`)
  const answer = await api.push('longyou-farms/origin-out', bytes, FORM)
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toEqual({ success: false, message: expect.any(String) })
})

it('members around the list that nobody reads are drift, with the shape of a sample', async () => {
  const text = sample('rapid-test/samples/valid/one.json').toString().replace('{', '{"batchTag":"T700",')
  expect((await api.push('rapid-test/result', text)).statusCode).toBe(200)
  const system = (await api.call('GET', '/v1/systems/rapid-test')).json()
  expect(JSON.stringify(system)).toContain('envelope.batchTag')
  expect(JSON.stringify(system)).not.toContain('T700')
  expect(JSON.stringify(system)).toContain('A999')
})
