import type { Words } from '#core/mapping/words.ts'
import type { Proposal } from './propose.ts'
import { quoted } from './quoted.ts'

interface SystemWords {
  readonly system: string
  readonly title: Words
  readonly department?: Words
  readonly region?: string
  readonly adapter: string
}

/** `system.yaml` of a new system. @param records one line for each record */
export function systemYaml(system: SystemWords & { readonly records: readonly string[] }): string {
  const department = system.department ?? system.title
  return [
    `system: ${system.system}`,
    `title: ${words(system.title)}`,
    '# CHECK: who runs the system',
    `department: ${words(department)}`,
    ...(system.region
      ? [`region: '${system.region}'`]
      : ['# region: the GB/T 2260 code of the area that it serves']),
    `adapter: ${system.adapter}`,
    'records:',
    ...system.records.map((line) => `  ${line}`),
    'answer: receipt',
    '',
  ].join('\n')
}

const words = ({ zh, en }: Words): string => `{ zh: ${quoted(zh)}, en: ${quoted(en)} }`

/** Stands in a new README until a person has filled it in. */
export const UNANSWERED = 'Answer from the interface document, and delete this sentence.'

/** The README of a new folder: the questions that its interface document has to answer. */
export function folderReadme({ system, title }: SystemWords, { fields }: Proposal): string {
  const rows = fields.map(({ profile, meaning }) => `| ${profile.name} | ${meaning ?? '?'} | |`)
  return [
    `# ${system} — ${title.zh}`,
    '',
    `${title.en}. ${UNANSWERED}`,
    '',
    '**Who, when, how.** Who sends, how often, by which protocol, in which encoding.',
    '',
    '**Natural key.** Which fields number a record. **Resend.** What is sent again, and when.',
    '**Correction.** How a record is changed. **Void.** How it is taken back.',
    '',
    '| field | taken for | meaning, unit, required? |',
    '|---|---|---|',
    ...rows,
    '',
    '**Known quirks.** What the document does not say and the samples show.',
    '',
  ].join('\n')
}
