import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { planted } from './planted.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder = ''
let refused: ReadonlyMap<string, readonly string[]> = new Map()

interface Report {
  readonly diagnostics: readonly { readonly category: string; readonly location: { readonly path: string } }[]
}

/** Lints a copy of the layers, with the project's own settings, in which every file is planted. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-lint-'))
  for (const name of ['biome.json', 'package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name))
  for (const { path, text } of planted) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const words = [biome, 'lint', '--error-on-warnings', '--reporter=json', '--max-diagnostics=none', '.']
  const { stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  if (!stdout.startsWith('{')) throw new Error(`Biome gave no report: ${stdout}${stderr}`)
  refused = byPath(JSON.parse(stdout) as Report)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function byPath({ diagnostics }: Report): Map<string, string[]> {
  const rules = new Map<string, string[]>()
  for (const { category, location } of diagnostics) {
    const path = location.path.replaceAll('\\', '/').replace(/^\.\//, '')
    rules.set(path, [...(rules.get(path) ?? []), category])
  }
  return rules
}

it.each(planted.filter(({ rule }) => rule !== null))('refuses it when $what', ({ path, rule }) => {
  expect(refused.get(path)).toContain(rule)
})

it.each(planted.filter(({ rule }) => rule === null))('has nothing against it when $what', ({ path }) => {
  expect(refused.get(path) ?? []).toEqual([])
})

it('plants each file under a path of its own', () => {
  expect(new Set(planted.map(({ path }) => path)).size).toBe(planted.length)
})
