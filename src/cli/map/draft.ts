import { parseArgs } from 'node:util'
import { cliLanguage } from '#cli/language.ts'
import { mistakeLine } from '#cli/system/mistake-line.ts'
import { wantedSystems } from '#cli/system/wanted-systems.ts'
import { missing, wrongOptions } from '#cli/wrong-usage.ts'
import { type Drafted, draftGoldens } from '#flow/systems/draft-goldens.ts'
import { mistakesOf } from '#flow/systems/mistakes.ts'

/**
 * `hub map draft <system> [sample…] [--record R]`: drafts of the expected files of its samples, by its mappings as they are. What a person
 * has read is left alone, and said to be.
 */
export async function mapDraft(argv: readonly string[]): Promise<void> {
  const { system: name, samples, record } = parsed(argv)
  const [system] = (await wantedSystems([name])) ?? []
  if (system === undefined) return
  for (const mistake of mistakesOf(system)) console.error(mistakeLine(mistake))
  const drafted = await draftGoldens(system, {
    samples: samples.map((sample) => sample.replace(/^.*\bsamples\//, '')),
    receivedAtMs: Date.now(),
    ...(record === undefined ? {} : { record }),
  })
  const language = cliLanguage()
  for (const one of drafted) console.log(`${MARKS[one.outcome]} ${lineOf(one)[language]}`)
  if (drafted.some(({ outcome }) => MARKS[outcome] === '✗')) process.exitCode = 1
  if (drafted.some(({ outcome }) => MARKS[outcome] === '+'))
    console.log(
      language === 'zh'
        ? '请对照样例与接口文档逐行核对草稿，确认后删去 "draft": true。'
        : 'Read each draft line by line against its sample and the interface document; take "draft": true away when it is right.',
    )
}

const MARKS = {
  written: '+',
  'written-anew': '+',
  kept: '=',
  'no-record': '✗',
  'no-mapping': '✗',
  'no-sample': '✗',
} as const satisfies Record<Drafted['outcome'], string>

function lineOf({ sample, golden, outcome }: Drafted): { readonly en: string; readonly zh: string } {
  switch (outcome) {
    case 'written':
      return { en: `${golden}: a draft`, zh: `${golden}：已写草稿` }
    case 'written-anew':
      return { en: `${golden}: the draft, anew`, zh: `${golden}：草稿已重写` }
    case 'kept':
      return {
        en: `${golden}: read by a person, left as it is; delete it to have a draft anew`,
        zh: `${golden}：已经人工核对，保持不变；如需重做请先删除`,
      }
    case 'no-record':
      return {
        en: `${sample}: of which record? Name the sample under tests: of a mapping, or say --record.`,
        zh: `${sample}：属于哪种记录？请列入映射的 tests:，或用 --record 指明。`,
      }
    case 'no-mapping':
      return { en: `${sample}: its record has no working mapping`, zh: `${sample}：其记录没有可用的映射` }
    case 'no-sample':
      return {
        en: `${sample}: not there under samples/valid or samples/invalid`,
        zh: `${sample}：不在 samples/valid 或 samples/invalid 下`,
      }
  }
}

function parsed(argv: readonly string[]): { system: string; samples: string[]; record: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { record: { type: 'string' } },
    })
    const [system, ...samples] = positionals
    if (system === undefined) throw missing('<system>')
    return { system, samples, record: values.record }
  } catch (error) {
    throw wrongOptions(error)
  }
}
