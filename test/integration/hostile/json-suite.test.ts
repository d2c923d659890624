import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES } from '#test/jiaxing.ts'

const api = withApi()
const told = JSON.parse(readFileSync('test/support/corpora/json-suite.json', 'utf8')) as [string, string][]
const cases: readonly (readonly [string, string | Buffer])[] = [
  ...told,
  ['n_structure_100000_opening_arrays', '['.repeat(100_000)],
  ['n_structure_open_array_object', '[{"":'.repeat(50_000)],
  // Bytes that are no UTF-8 came to the suite's package as U+FFFD.
  ['n_string_invalid_utf8_bytes', Buffer.from([0x5b, 0x22, 0xe5, 0x22, 0x5d])],
]

const records = async (): Promise<number> => {
  const { rows } = await api.pool.query('select count(*)::int as n from record_versions')
  return rows[0].n
}

it('what is JSON is read, what is none is 400 with its place, and nothing of it is stored', async () => {
  const before = await records()
  for (const [name, input] of cases) {
    for (const answer of [
      await api.push(TRADES, input),
      await api.call('POST', '/v1/records', { body: input }),
    ]) {
      const said = `${name} ${answer.statusCode} ${answer.body.slice(0, 300)}`
      expect(answer.statusCode, said).toBeLessThan(500)
      const isSyntax =
        answer.statusCode === 400 && ['unreadable_message', 'empty_body'].includes(answer.json().code)
      // A value alone is JSON and no record.
      if (name.startsWith('y_') && /^\s*[[{]/.test(String(input))) expect(isSyntax, said).toBe(false)
      if (!name.startsWith('n_')) continue
      expect(answer.statusCode, said).toBe(400)
      const { title, detail = title, issues = [], fix } = answer.json()
      expect([detail ?? issues[0]?.reason, fix], said).toEqual([expect.any(String), expect.any(String)])
    }
  }
  expect(await records()).toBe(before)
}, 300_000)
