import { describe, expect, it } from 'vitest'
import { parseTimeFormat, TIME_FORMAT_NAMES } from '#core/dates/format.ts'
import { promiseBasis } from '#core/documents/promise-basis.ts'
import { FIXED_SCHEMES } from '#core/identifiers/scheme.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { CALL_NAMES } from '#core/mapping/verbs/calls.ts'
import { ACTIONS } from '#core/recall/deadlines.ts'
import { source } from '../../lint/sources.ts'

const page = source('docs/mapping-language.md')
const partOf = (heading: string): string => page.split(`\n${heading}\n`)[1]?.split(/\n#{2,3} /)[0] ?? ''
const firstWords = (part: string): string[] =>
  [...part.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  )

describe('docs/mapping-language.md', () => {
  it('lists every scheme of fixed name, and beside them the open ones', () => {
    const open = ['cn.hgz.<platform>', 'cn.coldchain.<province>', 'local', 'any']
    expect(firstWords(partOf('### `code`')).sort()).toEqual([...FIXED_SCHEMES, ...open].sort())
  })

  it('lists the functions of call, with every word of promise-basis', () => {
    const part = partOf('### `call`')
    expect(firstWords(part).sort()).toEqual([...CALL_NAMES].sort())
    for (const form of ['2021', '2026'] as const)
      for (const word of promiseBasis(form, '1,2,3,4').basis) expect(part).toContain(word)
  })

  it('lists letters of dates that are read, and every named format', () => {
    const part = partOf('### `date`')
    const letters = [
      'yyyy',
      'yy',
      'MM',
      'M',
      'dd',
      'd',
      'HH',
      'H',
      'hh',
      'h',
      'a',
      'mm',
      'm',
      'ss',
      's',
      'SSS',
    ]
    expect(firstWords(part).sort()).toEqual(letters.sort())
    for (const one of ['yyyy-MM-dd HH:mm:ss.SSS', 'yy-M-d H:m:s', 'yyyy-M-d hh:mm a', 'yyyy-M-d h:mm a'])
      expect(parseTimeFormat(one).ok, one).toBe(true)
    for (const name of TIME_FORMAT_NAMES) expect(part).toContain(`\`${name}\``)
  })

  it('says rightly where a bare word is a field: it is doubted at each place with a closed list', () => {
    const text = `mapping: a/b
version: 1
read: { format: json }
key: [id]
emit:
  - kind: sale
    fields:
      occurredAt: { from: t, date: [iso] }
      saleKind: wholesale
      parties.seller: { name: s, kind: coop }
      product: { name: p, class: pork }
      documents: [{ role: self, from: no, type: promise_cert, issueType: producer }]
`
    const { mapping } = compileMapping({ path: 'b.yaml', text })
    const doubted = mapping?.doubts?.map(({ target }) => target.split('.').at(-1)) ?? []
    expect(doubted).toEqual(['saleKind', 'kind', 'class', 'issueType'])
    const rule =
      partOf('## A field or a word')
        .split('\n')
        .find((line) => line.includes('**field**')) ?? ''
    for (const name of doubted) expect(rule).toContain(`\`${name}\``)
  })

  it('shows an expected file with all that one needs', () => {
    const [, example = '{}'] = /```json\n([\s\S]*?)```/.exec(partOf('## Expected files')) ?? []
    const { records, ...counts } = JSON.parse(example)
    expect(Object.keys(counts)).toEqual([
      'record',
      'contentType',
      'received',
      'accepted',
      'unchanged',
      'rejected',
    ])
    expect(Object.keys(records[0])).toEqual(expect.arrayContaining(['index', 'key', 'result']))
  })
})

it('docs/recalls.md names every action of an acknowledgement', () => {
  const recalls = source('docs/recalls.md')
  expect(ACTIONS.filter((action) => !recalls.includes(`\`${action}\``))).toEqual([])
})
