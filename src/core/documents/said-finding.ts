import { agreeing } from '#core/in-number.ts'
import { unitWords } from '#core/lineage/words.ts'
import type { Words } from '#core/mapping/words.ts'
import { PAPER_REASONS, type PaperReasonCode, type Reason, type Severity } from './paper-reasons.ts'

/** One thing that is wrong, with its numbers. */
export interface PaperFinding {
  readonly code: PaperReasonCode
  readonly severity: Severity
  readonly values: Readonly<Record<string, string>>
}

/** Values whose words differ between the languages; `value` where it is not the English ones. */
type Value = string | (Words & { readonly value?: string })

const plainValue = (value: Value): string => (typeof value === 'string' ? value : (value.value ?? value.en))

export function finding(
  code: PaperReasonCode,
  values: Readonly<Record<string, Value>> = {},
  severity: Severity = PAPER_REASONS[code].severity,
): SaidFinding {
  const reason: Reason = PAPER_REASONS[code]
  const { askEn, askZh } = reason
  return {
    code,
    severity,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainValue(value)])),
    en: filled(reason.en, values, 'en'),
    zh: filled(reason.zh, values, 'zh'),
    ...(askEn === undefined || askZh === undefined ? {} : { ask: { en: askEn, zh: askZh } }),
  }
}

/** A finding with its sentences. */
export interface SaidFinding extends PaperFinding {
  readonly en: string
  readonly zh: string
  readonly ask?: Words
}

function filled(text: string, values: Readonly<Record<string, Value>>, language: keyof Words): string {
  return agreeing(text, values).replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name] ?? ''
    if (typeof value !== 'string') return value[language]
    return name === 'unit' ? unitWords(value)[language] : value
  })
}
