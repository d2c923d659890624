import { isNullToken } from './nulls.ts'
import { readNumber } from './units/term.ts'
import { foldWidth } from './width.ts'

/** What an instrument showed, read as a number where it is one. The verdict is never read from it. */
export interface TestReading {
  /** Exact decimal. */
  readonly value?: string
  /** Before a limit of detection or of the scale. */
  readonly operator?: '<' | '<=' | '>' | '>='
  /** As written behind the number: `%`, `mg/kg`. */
  readonly unit?: string
}

const OPERATORS: Readonly<Record<string, TestReading['operator']>> = {
  '<': '<',
  '<=': '<=',
  '≤': '<=',
  '≦': '<=',
  '>': '>',
  '>=': '>=',
  '≥': '>=',
  '≧': '>=',
}
/** By their text in half width and small letters. The micro sign and the Greek letter are both typed. */
const UNITS: ReadonlySet<string> = new Set([
  ...['%', '‰', 'mg/kg', 'g/kg', 'mg/l', 'mg/ml', 'mg/g', 'ng/g', 'ng/ml', 'ppm', 'ppb', 'ppt'],
  ...['μg/kg', 'μg/l', 'μg/g', 'μg/ml', 'cfu/g', 'cfu/ml', 'mpn/g', 'copies/ml', 'bq/kg'],
])
/** Readings that are words: their meaning is that of the verdict beside them. */
const WORDS: ReadonlySet<string> = new Set([
  ...[
    '阴性',
    '陰性',
    '阳性',
    '陽性',
    '弱阳性',
    '可疑',
    '合格',
    '不合格',
    '检出',
    '檢出',
    '未检出',
    '未檢出',
    '未检',
    '无效',
  ],
  ...[
    'nd',
    'n.d.',
    'n.d',
    'neg',
    'pos',
    'negative',
    'positive',
    '-',
    '+',
    '++',
    '+++',
    '±',
    '(-)',
    '(+)',
    '<lod',
    '<loq',
  ],
])
const PARTS = /^(<=|>=|[<>≤≥≦≧])?\s*([^\s%‰a-zμ]+)\s*([%‰a-zμ][a-z%‰μ/]*)?$/
const LONGEST = 40

/**
 * Reads what an instrument showed: `63.4%`, `8.20`, `<0.01`, `＜０．０１ｍｇ／ｋｇ`. Words (`阴性`, `ND`, `未检出`, `/`) have no number. Null for
 * what is neither: it is not guessed at.
 */
export function parseTestReading(text: string): TestReading | null {
  if (text.length > LONGEST) return null
  const key = foldWidth(text).trim().toLowerCase().replaceAll('µ', 'μ').replaceAll('ug/', 'μg/')
  if (WORDS.has(key) || isNullToken(text)) return {}
  const [, sign = '', number = '', unit] = PARTS.exec(key) ?? []
  const value = readNumber(number)
  if (value === null || (unit !== undefined && !UNITS.has(unit))) return null
  const operator = OPERATORS[sign]
  return { value, ...(operator ? { operator } : {}), ...(unit ? { unit } : {}) }
}
