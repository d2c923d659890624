import type { Meaning } from './meaning.ts'
import { quoted } from './quoted.ts'
import type { Recognised } from './recognise.ts'

/** The part `test` of a proposed record. @param of the column of a meaning, quoted */
export function testLines(
  fields: readonly Recognised[],
  of: (meaning: Meaning) => string | undefined,
): string[] {
  const verdict = fields.find((field) => field.meaning === 'test.verdict')
  const positive = of('test.positive')
  const item = of('test.item')
  const lines = ['test:', `  item: ${item ?? '{ const: CHECK }'}`]
  const more: readonly (readonly [string, Meaning])[] = [
    ['itemCode', 'test.item-code'],
    ['sample', 'test.sample'],
    ['sampled', 'test.sampled'],
    ['positive', 'test.positive'],
    ['device', 'test.device'],
    ['raw', 'test.value'],
  ]
  for (const [target, meaning] of more) {
    const name = of(meaning)
    if (name !== undefined) lines.push(`  ${target}: ${name}`)
  }
  if (verdict !== undefined) lines.push(...verdictLines(verdict).map((line) => `  ${line}`))
  else if (positive !== undefined)
    lines.push(
      '  # CHECK: one positive fails the lot, none passes it',
      '  verdict:',
      '    choose:',
      `      - { when: { ${positive}: { above: '0' } }, const: fail }`,
      `      - { when: { ${positive}: { equal: '0' } }, const: pass }`,
      '      - { const: unknown }',
    )
  return lines
}

/** What each word of a verdict stands for: words that are plain need no check. */
export function verdictLines({ profile: { name, texts } }: Recognised): string[] {
  const known = texts.slice(0, 10).map((text) => [text, verdictOf(text)] as const)
  const isPlain = texts.length <= 10 && known.every(([, verdict]) => verdict !== 'unknown')
  const words = isPlain ? [...known, ...opposites(texts)] : known
  return [
    ...(isPlain ? [] : ['# CHECK each verdict: pass, fail, suspect, invalid or unknown']),
    `verdict: { from: ${quoted(name)}, enum: { ${words.map(([text, verdict]) => `${quoted(text)}: ${verdict}`).join(', ')} } }`,
  ]
}

/** A sample in which nothing failed still tells by which word a failure will be told. */
const OPPOSITES: readonly (readonly [pass: string, fail: string])[] = [
  ['合格', '不合格'],
  ['阴性', '阳性'],
  ['√', '×'],
]

const opposites = (texts: readonly string[]): (readonly [string, string])[] =>
  OPPOSITES.filter(([pass, fail]) => texts.includes(pass) && !texts.includes(fail)).map(
    ([, fail]) => [fail, 'fail'] as const,
  )

const VERDICT_WORDS: readonly (readonly [RegExp, string])[] = [
  [/不合格|阳性|fail|^×$|^否$/iu, 'fail'],
  [/可疑|suspect/iu, 'suspect'],
  [/无效|invalid/iu, 'invalid'],
  [/合格|阴性|pass|^√$|^是$/iu, 'pass'],
]

const verdictOf = (text: string): string =>
  VERDICT_WORDS.find(([words]) => words.test(text))?.[1] ?? 'unknown'
