import { readFile } from 'node:fs/promises'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal, issueOf } from '#adapters/push/refusal.ts'
import { type TryResult, tryMapping } from '#core/mapping/check/try.ts'
import { inChinese } from '#core/mapping/reasons.ts'
import { testSystem } from '#flow/systems/golden.ts'
import { loadMappingFile, loadRegistry } from '#flow/systems/load.ts'
import { issueLines } from './issue-lines.ts'
import { cliLanguage } from './language.ts'
import { mappingsMustExist } from './mappings-folder.ts'
import { plainSentence } from './plain-sentence.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { mistakeLine } from './system/mistake-line.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub map try <mapping> <sample>` and `hub map test [system…]`: no database, the same compiled code as in production. */
export async function mapCommand([action, ...rest]: readonly string[]): Promise<void> {
  const [mapping, sample] = rest
  if (action === 'try' && mapping && sample) await showTrial(mapping, sample).catch(showUnreadable)
  else if (action === 'test') await testMappings(rest)
  else throw new WrongUsage()
}

/** A file that is not there is told in one sentence. */
function showUnreadable(error: unknown): void {
  if (!plainSentence(error)) throw error
  console.error(sentenceOf(error))
  process.exitCode = 1
}

/** Each source record as JSON on standard output, and what a person looks for first below it, on standard error. */
async function showTrial(path: string, samplePath: string): Promise<void> {
  const compiled = await loadMappingFile(path)
  const { mapping } = compiled
  for (const mistake of compiled.mistakes) console.error(mistakeLine(mistake))
  if (!mapping) {
    process.exitCode = 1
    return
  }
  try {
    const { records } = await decodeMessage(await readFile(samplePath), mapping.read)
    const tried = tryMapping(compiled, records, Date.now())
    for (const source of tried.sources) console.log(JSON.stringify(spoken(source), null, 2))
    for (const line of trialLines(tried)) console.error(line)
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    for (const line of issueLines([issueOf(error)], cliLanguage() === 'zh')) console.error(line)
    process.exitCode = 1
  }
}

/** Its issues in the language of the command line. */
const spoken = (source: TryResult['sources'][number]): TryResult['sources'][number] =>
  cliLanguage() === 'en' ? source : { ...source, issues: source.issues.map(inChinese) }

function trialLines({ mapping, received, rejected, drift, sources }: TryResult): string[] {
  const zh = cliLanguage() === 'zh'
  const unread = Object.entries(drift).map(([field, count]) => `${field} (${count})`)
  const issues = sources.flatMap((source) => source.issues)
  return [
    zh
      ? `${mapping}：${received} 条，退回 ${rejected} 条`
      : `${mapping}: ${received} source records, ${rejected} rejected`,
    ...(unread.length === 0 ? [] : [`${zh ? '未读取的字段' : 'Unread fields'}: ${unread.join(', ')}`]),
    ...issueLines(issues, zh),
  ]
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
      for (const failure of failures) console.log(`    ${failure[cliLanguage()]}`)
    }
  }
  console.log(
    cliLanguage() === 'zh' ? `通过 ${passed}，未通过 ${failed}` : `${passed} passed, ${failed} failed`,
  )
  if (failed > 0 || unknown.length > 0 || registry.mistakes.length > 0) process.exitCode = 1
}
