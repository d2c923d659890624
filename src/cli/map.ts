import { readFile } from 'node:fs/promises'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { testSystem } from '#flow/systems/golden.ts'
import { loadMappingFile, loadRegistry } from '#flow/systems/load.ts'
import { mappingsMustExist } from './mappings-folder.ts'
import { plainSentence } from './plain-sentence.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { mistakeLine } from './system/mistake-line.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub map try <mapping> <sample>` and `hub map test [system…]`: no database, the same compiled code as in production. */
export async function mapCommand([action, ...rest]: readonly string[]): Promise<void> {
  const [mapping, sample] = rest
  if (action === 'try' && mapping && sample) await tryMapping(mapping, sample).catch(showUnreadable)
  else if (action === 'test') await testMappings(rest)
  else throw new WrongUsage()
}

/** A file that is not there is told in one sentence. */
function showUnreadable(error: unknown): void {
  if (!plainSentence(error)) throw error
  console.error(sentenceOf(error))
  process.exitCode = 1
}

async function tryMapping(path: string, samplePath: string): Promise<void> {
  const { mapping, mistakes } = await loadMappingFile(path)
  for (const mistake of mistakes) console.error(mistakeLine(mistake))
  if (!mapping) {
    process.exitCode = 1
    return
  }
  try {
    const { records } = await decodeMessage(await readFile(samplePath), mapping.read)
    const context = { receivedAtMs: Date.now() }
    for (const source of records) console.log(JSON.stringify(mapping.trace(source, context), null, 2))
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    console.error(`${error.code} ${error.at}: ${error.reason} ${error.fix}`)
    process.exitCode = 1
  }
}

async function testMappings(wanted: readonly string[]): Promise<void> {
  const { mappings } = settingsOrExit(process.env)
  try {
    await mappingsMustExist(mappings)
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
    return
  }
  const registry = await loadRegistry(mappings)
  for (const mistake of registry.mistakes) console.error(mistakeLine(mistake))
  const unknown = wanted.filter((id) => !registry.system(id))
  for (const id of unknown) console.error(`${id}: ${[...registry.systems.keys()].join(', ')}`)
  let passed = 0
  let failed = 0
  for (const system of registry.systems.values()) {
    if (wanted.length > 0 && !wanted.includes(system.id)) continue
    for (const { name, failures } of await testSystem(system, Date.now())) {
      if (failures.length === 0) passed++
      else failed++
      console.log(`${failures.length === 0 ? '✓' : '✗'} ${system.id} ${name}`)
      for (const failure of failures) console.log(`    ${failure}`)
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  if (failed > 0 || unknown.length > 0 || registry.mistakes.length > 0) process.exitCode = 1
}
