import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timeWriter } from '#core/mapping/backward/write-time.ts'
import { editDistance, nearest } from '#core/mapping/compile/nearest.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { parseSystemFile } from '#core/mapping/system-file.ts'
import { parseCodeTable } from '#core/mapping/table.ts'
import { CALLS } from '#core/mapping/verbs/calls.ts'

describe('system.yaml', () => {
  const systems = readdirSync('mappings', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  test.each(systems.map(({ name }) => name))('%s: its folder, its name and its mappings agree', (name) => {
    const { system, mistakes, doubts } = parseSystemFile(
      'system.yaml',
      readFileSync(`mappings/${name}/system.yaml`, 'utf8'),
      readdirSync(`mappings/${name}`),
    )
    expect([mistakes, doubts]).toEqual([[], []])
    expect(system?.system).toBe(name)
    for (const [record, { mapping }] of Object.entries(system?.records ?? {})) {
      expect(readFileSync(`mappings/${name}/${mapping}`, 'utf8')).toContain(`mapping: ${name}/${record}\n`)
    }
  })
  test('every mistake is told at once', () => {
    const { system, mistakes } = parseSystemFile(
      'system.yaml',
      'sytem: a\nadapter: pusch\nrecords: { trade: { mapping: trade.yaml } }',
    )
    expect(system).toBeNull()
    expect(mistakes.map(({ line, target }) => [line, target])).toEqual([
      [1, 'sytem'],
      [1, ''],
      [2, 'adapter'],
      [3, 'records.trade'],
    ])
  })
  test('no record and no mapping is called canonical, as records are that come as such', () => {
    const text =
      'system: a\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords:\n  canonical: { mapping: c.yaml, accepts: [text/csv] }'
    const told = [
      ...parseSystemFile('system.yaml', text).mistakes,
      ...compileMapping({
        path: 'c.yaml',
        text: 'mapping: a/canonical\nversion: 1\nread: { format: json }\nkey: [no]\nemit:\n  - { kind: party, fields: { party: { name: name } } }',
      }).mistakes,
    ]
    const named = told.filter(({ target }) => target === 'mapping' || target.startsWith('records'))
    expect(named.map(({ line, target, message }) => [line, target, message.en])).toEqual([
      [5, 'records.canonical', expect.stringMatching(/^"canonical" is the name of records/)],
      [1, 'mapping', expect.stringMatching(/^"canonical" is the name of records/)],
    ])
  })
  test('what works and is surely not meant is told with its place, and the rest goes on', () => {
    const text = [
      'title: { zh: 甲, en: A }',
      'adapter: push',
      'system: a',
      "region: '33040'",
      'records:',
      '  trade: { mapping: trades.yaml, accepts: [json] }',
      '  entry: { mapping: ../b/entry.yaml, accepts: [text/xml] }',
      '  sale: { mapping: sale.yaml, accepts: [application/json] }',
    ].join('\n')
    const { system, mistakes, doubts } = parseSystemFile('system.yaml', text, ['sale.yaml', 'trade.yaml'])
    expect([system?.system, mistakes]).toEqual(['a', []])
    expect(doubts.map(({ line, target, advice }) => [line, target, advice.en])).toEqual([
      [4, 'region', expect.stringContaining("as in '330825'")],
      [6, 'records.trade.mapping', 'Did you mean "trade.yaml"?'],
      [6, 'records.trade.accepts', 'Write it like application/json, text/xml or text/csv.'],
      [7, 'records.entry.mapping', 'Add ../b/entry.yaml, or take the record out.'],
    ])
    expect(parseSystemFile('system.yaml', text).doubts.map(({ target }) => target)).toEqual([
      'region',
      'records.trade.accepts',
    ])
  })
  test('a mistake stands where it is, and what is advised is right', () => {
    const { mistakes } = parseSystemFile(
      'system.yaml',
      'title: { zh: 甲, en: A }\nadapter: push\nsystem: A market\nrecords:\n  trade:\n    mapping: trade.yaml\n    accepts: [text/csv]\n    maxRecords: many',
    )
    expect(mistakes.map(({ line, target, advice }) => [line, target, advice.en])).toEqual([
      [3, 'system', 'Use lower-case letters, digits and hyphens, as in jiaxing-wholesale.'],
      [8, 'records.trade.maxRecords', 'Write a whole number from 1 to 9999999, as in 500.'],
    ])
    const wanted = (records: string) =>
      parseSystemFile('s', `system: a\ntitle: { zh: 甲, en: A }\nadapter: push\n${records}`)
    const [advised] = wanted('records: [trade]').mistakes
    const written = /Write (.+)\.$/.exec(advised?.advice.en ?? '')?.[1] ?? ''
    expect(wanted(written).mistakes).toEqual([])
  })
  test('the fuse of a scan is a share, a number of records, or both; counts name a kind', () => {
    const channel = (more: string) => {
      const { system, mistakes } = parseSystemFile(
        's',
        `system: a\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords: {}\nchannels:\n  one:\n    title: { zh: 一, en: One }\n    adapter: pull\n    ${more}`,
      )
      return system?.channels?.[0] ?? mistakes.map(({ target }) => target)
    }
    const fused = (fuse: string) => channel(`scan: { cron: '0 2 * * *'${fuse} }`)
    expect(fused('')).toMatchObject({ scan: { fusePercent: 5 } })
    expect(fused(', fuse: 0.5%')).toMatchObject({ scan: { fusePercent: 0.5 } })
    expect(fused(', fuse: 200')).toMatchObject({ scan: { fusePercent: 100, fuseRecords: 200 } })
    expect(fused(', fuse: [200, 5%]')).toMatchObject({ scan: { fusePercent: 5, fuseRecords: 200 } })
    for (const wrong of ['101%', '-1', '[5%, 6%]', '[]', 'many'])
      expect(fused(`, fuse: ${wrong}`)).toContain('channels.one.scan.fuse')
    expect(channel('counts: document')).toMatchObject({ counts: 'document' })
    expect(channel('counts: certificate')).toEqual(['channels.one.counts'])
  })
  test('a mapping of another system is a mistake', () => {
    const { system } = parseSystemFile('s', 'system: a\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords: {}')
    if (system === null) throw new Error('the system of this test is wrong')
    const text = readFileSync('mappings/zj-agri-certificate/certificate.yaml', 'utf8')
    expect(compileMapping({ path: 'x', text, system }).mistakes.map(({ target }) => target)).toEqual([
      'mapping',
    ])
  })
})

describe('code tables', () => {
  const rows = (text: string) => parseCodeTable('t', 'tables/t.yaml', text)
  test('a row counts from its first to its last day', () => {
    const { table } = rows(
      'rows:\n  - { code: A, value: old, to: 2020-12-31 }\n  - { code: A, value: new, from: 2021-01-01 }',
    )
    if (table === null) throw new Error('the table of this test is wrong')
    const text = `mapping: a/b\nversion: 1\nread: { format: json }\nkey: [id]\nemit:
  - kind: sale
    fields:
      occurredAt: { from: day, date: [yyyy-MM-dd] }
      sites.market: { name: { from: code, lookup: t, miss: none } }
      product: { name: { const: 番茄 } }`
    const { mapping } = compileMapping({ path: 'x', text, tables: { t: table } })
    const name = (day: string) => {
      const value = { id: '1', code: 'A', day }
      const source = { index: 0, path: '', value, place: (field: string) => field, issues: [] }
      return mapping?.map(source, { receivedAtMs: Date.UTC(2024, 1, 1) }).records[0]?.body?.sites?.[0]?.name
    }
    expect([name('2020-12-31'), name('2021-01-01')]).toEqual(['old', 'new'])
  })
  test('rows without code or value, and days that are none, are mistakes', () => {
    const { table, mistakes } = rows('rows:\n  - { value: x }\n  - { code: A, value: x, from: 2021 }')
    expect(table).toBeNull()
    expect(mistakes.map(({ line }) => line)).toEqual([2, 3])
  })
})

describe('suggestions', () => {
  test.each([
    ['ocurredAt', 'occurredAt'],
    ['form', 'from'],
    ['Price', 'price'],
    ['completely', undefined],
  ])('%s → %s', (written, meant) => {
    expect(nearest(written, ['occurredAt', 'from', 'price', 'quantity'])).toBe(meant)
  })
  test('the distance of a text to itself is none, and it is the same both ways', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, a, 99)).toBe(0)
        expect(editDistance(a, b, 99)).toBe(editDistance(b, a, 99))
      }),
    )
  })
})

describe('calls', () => {
  const basis = CALLS['promise-basis'].run
  test('the same codes mean other words in the forms of 2021 and 2026', () => {
    expect(basis(['1,2', '2021']).values).toEqual(['委托检测', '自我检测'])
    expect(basis(['1,2', '2026']).values).toEqual(['质量安全控制符合要求', '自行检测合格'])
  })
  test('unknown codes, and codes of an unknown form, stay as written and are told', () => {
    expect(basis(['2,9', '2021'])).toEqual({ values: ['自我检测', '9'], unknown: ['9'] })
    expect(CALLS['promise-basis'].takesOneOf(['9', '2021'])).toContain('2 自我检测')
    expect(basis(['2', undefined])).toEqual({ values: ['2'], unknown: ['2'] })
    expect(basis([undefined, '2021'])).toEqual({ values: [], unknown: [] })
  })
})

describe('times in the format of a receiver', () => {
  const at = '2024-04-05T03:02:01+08:00'
  test.each([
    ['yyyyMMddHHmmss', '20240405030201'],
    ['yyyy/M/d H:mm', '2024/4/5 3:02'],
    ['iso', at],
    ['epoch-s', '1712257321'],
    ['epoch-ms', '1712257321000'],
  ])('%s', (format, text) => {
    expect(timeWriter(format)?.(at)).toBe(text)
  })
  test.each(['tomorrow', 'dd', 'yyyy-QQ'])('%s is no format', (format) => {
    expect(timeWriter(format)).toBeNull()
  })
})
