import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal, issueOf } from '#adapters/push/refusal.ts'
import { issueLines } from '#cli/issue-lines.ts'
import { cliLanguage } from '#cli/language.ts'
import { plainSentence } from '#cli/plain-sentence.ts'
import { sentenceOf } from '#cli/process.ts'
import { mistakeLine } from '#cli/system/mistake-line.ts'
import { missing, tooMany, wrongOptions } from '#cli/wrong-usage.ts'
import { counted } from '#core/in-number.ts'
import { type TryResult, tryMapping } from '#core/mapping/check/try.ts'
import { inChinese } from '#core/mapping/reasons.ts'
import { loadMappingFile } from '#flow/systems/load.ts'

/**
 * `hub map try <mapping> <sample> [--brief]`: each source record as JSON on standard output, with `--brief` one record of each kind; and
 * what a person looks for first below it, on standard error.
 */
export async function mapTry(argv: readonly string[]): Promise<void> {
  const { mapping, sample, brief } = parsed(argv)
  await showTrial(mapping, sample, brief).catch(showUnreadable)
}

function parsed(argv: readonly string[]): { mapping: string; sample: string; brief: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { brief: { type: 'boolean', default: false } },
    })
    const [mapping, sample, more] = positionals
    if (mapping === undefined || sample === undefined)
      throw missing(...(mapping === undefined ? ['<mapping.yaml>'] : []), '<sample>')
    if (more !== undefined) throw tooMany(more)
    return { mapping, sample, brief: values.brief }
  } catch (error) {
    throw wrongOptions(error)
  }
}

/** A file that is not there is told in one sentence. */
function showUnreadable(error: unknown): void {
  if (!plainSentence(error)) throw error
  console.error(sentenceOf(error))
  process.exitCode = 1
}

async function showTrial(path: string, samplePath: string, brief: boolean): Promise<void> {
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
    for (const shown of brief ? oneOfEachKind(tried) : tried.sources.map(spoken))
      console.log(JSON.stringify(shown, null, 2))
    for (const line of trialLines(tried)) console.error(line)
    for (const doubt of tried.doubts) console.error(mistakeLine(doubt))
    for (const place of tried.unseen) console.error(`? ${mistakeLine(place)}`)
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    for (const line of issueLines([issueOf(error)], cliLanguage() === 'zh')) console.error(line)
    process.exitCode = 1
  }
}

const oneOfEachKind = ({ sources }: TryResult): object[] => {
  const all = sources.flatMap(({ index, records }) => records.map((record) => ({ index, ...record })))
  return [...Map.groupBy(all, ({ kind }) => kind).values()].flatMap((same) => same.slice(0, 1))
}

/** Its issues in the language of the command line. */
const spoken = (source: TryResult['sources'][number]): TryResult['sources'][number] =>
  cliLanguage() === 'en' ? source : { ...source, issues: source.issues.map(inChinese) }

function trialLines({ mapping, received, rejected, drift, sources }: TryResult): string[] {
  const zh = cliLanguage() === 'zh'
  const unread = Object.entries(drift).map(([field, count]) => `${field} (${count})`)
  const kinds = Map.groupBy(
    sources.flatMap(({ records }) => records),
    ({ kind }) => kind,
  )
  const made = [...kinds].map(([kind, { length }]) => `${length} ${kind}`).join(', ')
  return [
    zh
      ? `${mapping}：${received} 条，退回 ${rejected} 条；生成 ${made || '0'}`
      : `${mapping}: ${counted(received, 'source record')}, ${rejected} rejected; records: ${made || 'none'}`,
    ...wholeLines(sources, zh),
    ...(unread.length === 0 ? [] : [`${zh ? '未读取的字段' : 'Unread fields'}: ${unread.join(', ')}`]),
    ...issueLines(
      sources.flatMap((source) => source.issues),
      zh,
    ),
  ]
}

/** What orders that are told with all their lines would end. */
function wholeLines(sources: TryResult['sources'], zh: boolean): string[] {
  const wholes = sources.flatMap(({ whole }) => whole ?? [])
  if (wholes.length === 0) return []
  const ends = wholes.reduce((sum, whole) => sum + whole.ends, 0)
  const unknown = wholes.filter(({ lines }) => lines === null).length
  return [
    zh
      ? `整单 ${wholes.length} 份，其余明细将作废；样例内已作废 ${ends} 条${unknown > 0 ? `；其中 ${unknown} 份有明细主键无法读取，不作废任何明细` : ''}`
      : `${counted(wholes.length, 'whole order')}: lines that they leave out end, in the sample ${ends}${unknown > 0 ? `; ${unknown} with a line whose key cannot be read, which end none` : ''}`,
  ]
}
