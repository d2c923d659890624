import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import { runMappingTests } from '#core/mapping/check/run-tests.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CodeTable, CompiledMapping } from '#core/mapping/mapping.ts'
import { parseCodeTable } from '#core/mapping/table.ts'
import { bodyIssues } from '#core/model/validate.ts'
import type { SourceRecord } from '#core/source.ts'

const ROOT = 'mappings'
/** A morning after all samples but those of 2026. */
const RECEIVED = Date.UTC(2026, 5, 1)

function tablesOf(folder: string): Record<string, CodeTable> {
  const path = join(folder, 'tables')
  if (!existsSync(path)) return {}
  return Object.fromEntries(
    readdirSync(path).map((file) => {
      const name = basename(file, '.yaml')
      const { table, mistakes } = parseCodeTable(name, file, readFileSync(join(path, file), 'utf8'))
      if (table === null) throw new Error(JSON.stringify(mistakes))
      return [name, table]
    }),
  )
}

function mappingsOf(system: string): Map<string, CompiledMapping> {
  const folder = join(ROOT, system)
  const tables = tablesOf(folder)
  const found = new Map<string, CompiledMapping>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'system.yaml')) {
    const { mapping, mistakes } = compileMapping({
      path: file,
      text: readFileSync(join(folder, file), 'utf8'),
      tables,
    })
    if (mapping === null) throw new Error(JSON.stringify(mistakes, null, 1))
    found.set(mapping.record, mapping)
  }
  return found
}

function samplesOf(system: string): { name: string; path: string; expected: ExpectedFile }[] {
  const folder = join(ROOT, system, 'samples')
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.expected.json'))
    .map((file) => {
      const stem = basename(file).replace('.expected.json', '')
      const inside = readdirSync(join(folder, file, '..'))
      const sample = inside.find((name) => name.startsWith(`${stem}.`) && !name.endsWith('.expected.json'))
      const path = join(folder, file, '..', sample ?? 'missing')
      return {
        name: `${system}/${file}`,
        path,
        expected: JSON.parse(readFileSync(join(folder, file), 'utf8')) as ExpectedFile,
      }
    })
}

function decoded(path: string, mapping: CompiledMapping): SourceRecord[] | { refused: string } {
  try {
    return decode(readFileSync(path), mapping.read).records
  } catch (error) {
    if (error instanceof DecodeRefusal) return { refused: error.code }
    throw error
  }
}

const systems = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

describe('every sample of a system becomes what its expected file says', () => {
  for (const system of systems) {
    const mappings = mappingsOf(system)
    for (const { name, path, expected } of samplesOf(system)) {
      test(name, () => {
        const mapping = mappings.get(expected.record)
        if (mapping === undefined) throw new Error(`no mapping for ${expected.record}`)
        const sources = decoded(path, mapping)
        const [result] = runMappingTests(mapping, [{ name, sources, expected }], RECEIVED)
        expect(result?.failures).toEqual([])
      })
    }
  }
})

describe('every body that comes out of a sample fits the schema of its kind', () => {
  for (const system of systems) {
    const mappings = mappingsOf(system)
    for (const { name, path, expected } of samplesOf(system)) {
      test(name, () => {
        const mapping = mappings.get(expected.record)
        const sources = mapping ? decoded(path, mapping) : []
        if (mapping === undefined || 'refused' in sources) return
        for (const source of sources) {
          for (const { kind, body } of mapping.map(source, { receivedAtMs: RECEIVED }).records) {
            if (body !== null) expect(bodyIssues(kind, body)).toEqual([])
          }
        }
      })
    }
  }
})

describe('no sample of a system has a field that its mapping neither reads nor ignores', () => {
  for (const system of systems) {
    const mappings = mappingsOf(system)
    for (const { name, path, expected } of samplesOf(system)) {
      test(name, () => {
        const mapping = mappings.get(expected.record)
        const sources = mapping ? decoded(path, mapping) : []
        if (mapping === undefined || 'refused' in sources) return
        const drift = new Set(
          sources.filter((source) => source.issues.length === 0).flatMap((source) => mapping.drift(source)),
        )
        // An error object that was posted like a record is all drift.
        expect([...drift]).toEqual(name.endsWith('object.expected.json') ? ['code', 'msg'] : [])
      })
    }
  }
})
