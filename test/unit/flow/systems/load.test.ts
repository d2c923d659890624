import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writingMapping } from '#flow/delivery/backward-mapping.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { pushedNames } from '#flow/systems/registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-mappings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const IN =
  'mapping: NAME/in\nversion: 1\nread: { format: json }\nkey: [no]\nemit:\n  - kind: sale\n    fields:\n      occurredAt: { from: at, date: [iso] }\n      parties.seller: { name: a }\n      product: { name: b }\n'
const OUT =
  'mapping: NAME/out\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: json }\nfields: { no: key.0 }\n'

function install(name: string, more: string): void {
  const own = join(folder, name)
  mkdirSync(own)
  writeFileSync(join(own, 'in.yaml'), IN.replace('NAME', name))
  writeFileSync(join(own, 'out.yaml'), OUT.replace('NAME', name))
  const head = `system: ${name}\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords: { in: { mapping: in.yaml, accepts: [application/json] } }\n`
  writeFileSync(join(own, 'system.yaml'), head + more)
}
install('right', 'sign: { scheme: hmac-sha256, at: sign, over: [id] }')
install('broken', 'sign: { scheme: hmac-sha265, at: sign, over: [id] }')
const registry = await loadRegistry(folder)

test('a system says what is signed, and its mapping that writes takes no pushes', () => {
  const right = registry.system('right')
  expect(right?.sign?.at).toEqual(['sign'])
  expect(right && pushedNames(right)).toEqual(['in'])
  expect(right?.records.get('out')?.accepts).toEqual([])
  expect(writingMapping(registry, 'right/out')?.system.id).toBe('right')
  expect(writingMapping(registry, 'right/in')).toBeNull()
})

test('a system whose file has a mistake takes nothing and is sent nothing: what it must sign is not known', () => {
  expect(registry.mistakes.map(({ path, target }) => [path, target])).toEqual([
    ['broken/system.yaml', 'sign.scheme'],
  ])
  for (const { mapping } of registry.system('broken')?.records.values() ?? []) expect(mapping).toBeNull()
  expect(writingMapping(registry, 'broken/out')).toBeNull()
})
