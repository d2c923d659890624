import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CodeTable } from '#core/mapping/mapping.ts'
import { VERBS, type VerbExample } from '#core/mapping/verbs/table.ts'
import type { SourceValue } from '#core/source.ts'

const KIND: Record<string, string> = { findings: 'inspection', test: 'test', input: 'test' }
const REQUIRED: Record<string, string> = {
  test: 'test: { item: { const: 农残 }, verdict: { const: unknown } }',
}

/** A whole mapping around the part of an example. */
function mappingAround({ mapping, target }: VerbExample): string {
  const kind = KIND[target] ?? 'sale'
  const isWhole = mapping.includes(`${target}.`)
  const lines = [
    'occurredAt: { const: "20240415", date: [yyyyMMdd] }',
    'sites.self: { name: { const: 某场所 } }',
    'product: { name: { const: 番茄 } }',
    REQUIRED[kind] ?? '',
    isWhole ? mapping.slice(1, -1).trim() : `${target}: ${mapping}`,
  ]
  const own = lines.filter((line, i) => line !== '' && (i === 4 || !line.startsWith(`${target}:`)))
  return [
    'mapping: example/record',
    'version: 1',
    'read: { format: json }',
    'key: [id]',
    'emit:',
    `  - kind: ${kind}`,
    '    fields:',
    ...own.map((line) => `      ${line}`),
  ].join('\n')
}

describe('the example of each verb gives what it says', () => {
  for (const [name, example] of Object.entries(VERBS)) {
    test(name, () => {
      const tables: Record<string, CodeTable> = Object.fromEntries(
        Object.entries(example.tables ?? {}).map(([table, rows]) => [table, { name: table, rows }]),
      )
      const { mapping, mistakes } = compileMapping({
        path: 'example.yaml',
        text: mappingAround(example),
        tables,
      })
      expect(mistakes).toEqual([])
      const value = { id: '1', ...example.in } as SourceValue
      const source = { index: 0, path: '', value, place: (field: string) => `/${field}`, issues: [] }
      const mapped = mapping?.map(source, { receivedAtMs: Date.UTC(2024, 4, 1) })
      expect(mapped?.rejected).toBe(false)
      const body = mapped?.records[0]?.body as Record<string, unknown> | null | undefined
      expect(body?.[example.target]).toEqual(example.out)
    })
  }
})

test('docs/mapping-language.md shows the example of every verb', () => {
  const page = readFileSync('docs/mapping-language.md', 'utf8')
  for (const [name, example] of Object.entries(VERBS)) {
    expect(page, name).toContain(`### \`${name}\``)
    expect(page, name).toContain(example.mapping)
    expect(page, name).toContain(JSON.stringify(example.in))
    expect(page, name).toContain(JSON.stringify(example.out))
  }
})
