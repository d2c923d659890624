import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { cleanName } from '#core/text.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const listed = JSON.parse(readFileSync('test/support/corpora/naughty-strings.json', 'utf8')) as string[]
const more = [
  '=1+1',
  '+cmd|calc',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '{{7*7}}',
  // What a template would evaluate.
  ['$', '{7*7}'].join(''),
  "';select pg_sleep(9)--",
  '\u0000',
  '../../../etc/passwd',
  '%2e%2e%2f',
  '\ufdd0',
  '🐖'.repeat(50),
]
const STRINGS = [...listed, ...more].filter((text) => text !== '')
const clean = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

it('a string in a field of text comes back as it was sent, whatever it is, and reaches nothing but its field', async () => {
  const sent = STRINGS.map((text, i) => trade(`N${i}`, { sellerName: text, goodsName: text }))
  const { results } = (await api.push(TRADES, JSON.stringify(sent))).json() as {
    results: { index: number; result: string; records?: { kind: string; id: string }[]; issues?: object[] }[]
  }
  expect(results).toHaveLength(STRINGS.length)
  let kept = 0
  for (const { index, result, records = [], issues = [] } of results) {
    const text = STRINGS[index] as string
    // What is not kept is told why.
    if (result === 'rejected') {
      expect(issues, JSON.stringify(text)).not.toEqual([])
      continue
    }
    const sale = records.find(({ kind }) => kind === 'sale')
    const answer = await api.call('GET', `/v1/records/${encodeURIComponent(sale?.id ?? '')}`)
    expect(answer.statusCode).toBe(200)
    const { parties } = answer.json() as { parties?: { role: string; name?: string }[] }
    const said = parties?.find(({ role }) => role === 'seller')?.name
    if (clean(text) && typeof said === 'string') {
      expect(said, JSON.stringify(text)).toBe(cleanName(text))
      kept++
    }
  }
  expect(kept).toBeGreaterThan(STRINGS.length / 2)
  const { rows } = await api.pool.query('select count(*)::int as n from keys')
  expect(rows[0].n).toBe(0)
}, 300_000)

it('a string as parameter of any route gives no 5xx, and no page or problem carries it as markup', async () => {
  const { paths } = (await openapiDocument()) as unknown as {
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>
  }
  const gets = Object.entries(paths).filter(([, methods]) => methods['get'])
  let at = 0
  for (const [path, { get }] of gets) {
    const names = (get?.parameters ?? [])
      .filter((one) => one.in === 'query' && one.name !== 'wait')
      .map(({ name }) => name)
    // Each route sees its own part of the strings, so that all routes together see each several times.
    for (let i = 0; i < 25; i++) {
      const text = (STRINGS[at++ % STRINGS.length] as string).toWellFormed()
      const value = encodeURIComponent(text)
      const filled = path.replaceAll(/\{\w+\}/g, value)
      const name = names[i % Math.max(names.length, 1)]
      const { statusCode, body, headers } = await api.call(
        'GET',
        `${filled}${name ? `?${name}=${value}` : ''}`,
      )
      expect(statusCode, `${filled} ${name}=${text} ${body.slice(0, 300)}`).toBeLessThan(500)
      if (
        String(headers['content-type']).startsWith('text/html') &&
        /<[a-z!/]/i.test(text) &&
        text.length > 3
      )
        expect(body, text).not.toContain(text)
    }
  }
  expect(at).toBeGreaterThan(STRINGS.length)
}, 300_000)
