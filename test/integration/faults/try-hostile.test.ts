import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()

const HEAD = 'mapping: a/b\nversion: 1\ntitle: { zh: x, en: x }\nread: { format: json }\nkey: [a]\n'
it.each([
  ['flow lists in each other', '['.repeat(20_000)],
  ['flow maps in each other', '{a: '.repeat(20_000)],
  ['block lists in each other', '- '.repeat(20_000)],
  [
    'aliases that multiply',
    `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`).join('\n')}`,
  ],
  ['an alias of itself', 'a: &a [*a]'],
  [
    'verbs in each other',
    `${HEAD}emit:\n  - kind: sale\n    fields:\n      note: ${'{ when: { a: present }, then: '.repeat(5000)}`,
  ],
  [
    'nested verbs, closed',
    `${HEAD}emit:\n  - kind: sale\n    fields:\n      note: ${'{ firstOf: [ '.repeat(3000)}x${'] }'.repeat(3000)}`,
  ],
  ['2 MB of names', `${HEAD}${Array.from({ length: 60_000 }, (_, i) => `nonsense${i}: 1`).join('\n')}`],
  ['__proto__', `${HEAD}__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }`],
  ['a tag', 'a: !!js/function "function () {}"'],
  ['NUL', `${HEAD}a: "\\0"`],
])('a mapping that is %s is refused within a second of work, with no 5xx', async (_, mapping) => {
  const from = process.cpuUsage()
  const answer = await api.call('POST', '/v1/mappings/try', { body: { mapping, sample: '[{"a":"1"}]' } })
  expect([200, 400, 413, 422]).toContain(answer.statusCode)
  const { user, system } = process.cpuUsage(from)
  expect(user + system).toBeLessThan(1_000_000)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})
