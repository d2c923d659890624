import { parseArgs } from 'node:util'
import { cliLanguage } from '#cli/language.ts'
import { mappingsMustExist } from '#cli/mappings-folder.ts'
import { sentenceOf, settingsOrExit } from '#cli/process.ts'
import { mistakeLine } from '#cli/system/mistake-line.ts'
import { tellUnknown } from '#cli/system/wanted-systems.ts'
import { wrongOptions } from '#cli/wrong-usage.ts'
import { testSystem } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'

/** `hub map test [system…]`: every sample against its golden. */
export async function mapTest(argv: readonly string[]): Promise<void> {
  const wanted = namesOf(argv)
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
  for (const id of unknown) await tellUnknown(id, mappings, [...registry.systems.keys()])
  let passed = 0
  let failed = 0
  for (const system of registry.systems.values()) {
    if (wanted.length > 0 && !wanted.includes(system.id)) continue
    for (const { name, failures } of await testSystem(system, Date.now())) {
      if (failures.length === 0) passed++
      else failed++
      console.log(`${failures.length === 0 ? '✓' : '✗'} ${system.id} ${name}`)
      for (const failure of failures) console.log(`    ${failure[cliLanguage()]}`)
    }
  }
  console.log(
    cliLanguage() === 'zh' ? `通过 ${passed}，未通过 ${failed}` : `${passed} passed, ${failed} failed`,
  )
  if (failed > 0 || unknown.length > 0 || registry.mistakes.length > 0) process.exitCode = 1
}

function namesOf(argv: readonly string[]): string[] {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: {} }).positionals
  } catch (error) {
    throw wrongOptions(error)
  }
}
