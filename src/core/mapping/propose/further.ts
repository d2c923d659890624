import type { Kind } from '#core/model/kinds.ts'
import { fieldLines } from './fields.ts'
import { linesOf } from './part-lines.ts'
import { inComment, quoted } from './quoted.ts'
import type { Recognised } from './recognise.ts'
import { besideSlaughter, perhapsLines, type Slaughter, slaughterLines } from './slaughter.ts'
import { verdictLines } from './test-lines.ts'
import { withTimeOf } from './time-of.ts'

/** The records that one row tells of beside what it is: how it was paid, what became of the animals, how the goods were tested. */
export function furtherLines(kind: Kind, fields: readonly Recognised[], slaughter: Slaughter): string[] {
  return [
    ...paymentLines(kind, besideSlaughter(kind, fields, slaughter)),
    ...(slaughter === 'certain' && kind !== 'transformation'
      ? [
          '  # Animals that were killed, and the meat of them.',
          ...slaughterLines(withTimeOf('transformation', fields), false, []),
        ]
      : []),
    ...(slaughter === 'perhaps' ? perhapsLines(fields) : []),
    ...testRecordLines(kind, besideSlaughter('test', fields, slaughter)),
  ]
}

function paymentLines(kind: Kind, fields: readonly Recognised[]): string[] {
  const method = fields.find(({ meaning }) => meaning === 'payment')
  if (kind !== 'sale' || method === undefined) return []
  const name = quoted(method.profile.name)
  const known = method.profile.texts.slice(0, 10).map((text) => `${quoted(text)}: ${payOf(text)}`)
  const all = fieldLines('payment', fields)
  const roles: readonly (readonly [string, string])[] = [
    ['seller', 'payee'],
    ['buyer', 'payer'],
  ]
  const parties = roles.flatMap(([from, to]) =>
    all
      .filter((line) => line.startsWith(`parties.${from}:`))
      .map((line) => line.replace(`parties.${from}:`, `parties.${to}:`)),
  )
  return [
    '  # The record also says how it was paid.',
    '  - kind: payment',
    `    when: { ${name}: present }`,
    '    fields:',
    ...[...all.filter((line) => /^(occurredAt|region|sites\.|amount)/.test(line)), ...parties].map(
      (line) => `      ${line}`,
    ),
    '      # CHECK each value: cash, wechat, alipay, bank, market_card, other',
    `      method: { from: ${name}, enum: { ${known.join(', ')} } }`,
  ]
}

const PAY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/微信|wechat/iu, 'wechat'],
  [/支付宝|alipay/iu, 'alipay'],
  [/现金|cash/iu, 'cash'],
  [/银联|银行|bank/iu, 'bank'],
  [/卡/u, 'market_card'],
]
const payOf = (text: string): string => PAY_WORDS.find(([words]) => words.test(text))?.[1] ?? 'unknown'

/** Kinds of goods that were tested on the way, and the row tells the verdict. */
const TESTED: ReadonlySet<Kind> = new Set(['production', 'dispatch', 'entry', 'sale', 'transformation'])
const DIGIT = /\d/u
/** Numbers that systems write for a verdict, each its own way round. */
const FLAG = /^(\d|-1)$/u

/** A test of its own where a row of another kind has a verdict: of the same goods, place and time. */
function testRecordLines(kind: Kind, fields: readonly Recognised[]): string[] {
  const verdict = fields.find(({ meaning }) => meaning === 'test.verdict')
  if (!TESTED.has(kind) || verdict === undefined || verdict.profile.filled === 0) return []
  const { name, texts } = verdict.profile
  const field = quoted(name)
  const shared = linesOf(
    fieldLines('entry', withTimeOf('test', fields)),
    /^(occurredAt|recordedAt|region|sites\.|parties\.(?!buyer)|documents|lots|product)/u,
  )
  const isRate = texts.some((text) => DIGIT.test(text) && !FLAG.test(text))
  return [
    '  # The row also says how the goods were tested.',
    '  - kind: test',
    `    when: { ${field}: present }`,
    '    fields:',
    ...shared.map((line) => `      ${line}`),
    '      test:',
    ...[
      '# CHECK what was tested: the row says only how it went',
      'item: { const: 检测 }',
      ...(isRate
        ? [
            `# CHECK ${inComment(name)}: a number without its method and its limit is no verdict`,
            `reading: ${field}`,
            'verdict: { const: unknown }',
          ]
        : [`raw: ${field}`, ...verdictLines(verdict)]),
    ].map((line) => `        ${line}`),
  ]
}
