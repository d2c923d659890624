import { hash } from 'node:crypto'
import { isCitizenIdShape } from '#core/identifiers/citizen-id.ts'
import { codesMeant, type GraphCode } from '#core/lineage/codes.ts'
import { parseGraphCode } from '#core/lineage/graph-code.ts'
import { codesOfAddress } from '#core/lineage/scanned.ts'
import { normaliseCode } from '#core/text.ts'

const CODE_MAX = 200
/** Prefixes of graph codes: they name systems and records, which is nothing for the public. */
const INTERNAL = /^(rec|local\.[^:]*|urn:cnft):/i
/** Chinese characters beyond those of numbers (浙农合字第001号, 批次7) may be somebody's name in the wrong field. */
const HAS_NAME =
  /(?![字第号批次编码年月日期证省市县区京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼动检农合格产品物])\p{Script=Han}/u
const TELEPHONE = /^(\+?86)?1[3-9]\d{9}$/

/**
 * Graph codes that a text scanned or typed by anyone may mean: a code of any scheme, with or without blanks, full-width or with hyphens
 * between its digits, or an address that holds one. Empty where it can be none, or is a telephone or a citizen's number.
 */
export function publicCodes(text: string, systems: readonly string[]): GraphCode[] {
  return (codesOfAddress(text) ?? [text.trim()]).flatMap((typed) =>
    isPublicCode(typed) ? codesMeant(typed, systems) : [],
  )
}

function isPublicCode(typed: string): boolean {
  if (typed === '' || typed.length > CODE_MAX || typed.includes('\0') || INTERNAL.test(typed)) return false
  const code = normaliseCode(typed)
  return !isPersonal(code) && /\d/.test(code) && !HAS_NAME.test(code)
}

/** Whether the code is a telephone or a citizen's number, which a source may have written where a code belongs. */
const isPersonal = (code: string): boolean =>
  TELEPHONE.test(code) || isCitizenIdShape(code) || isCitizenIdShape(code.replaceAll('-', ''))

/** What stands for a graph code in an address, so that a choice between candidates names no system. */
export const choiceOf = (code: GraphCode): string => hash('sha256', code, 'hex').slice(0, 10)

/** Whether both are one number of a national scheme, written as a lot here and as a paper there: 20 digits, or an EPC. */
export function isSameNational(a: GraphCode, b: GraphCode): boolean {
  const [one, other] = [parseGraphCode(a), parseGraphCode(b)]
  if (!one || !other || one.system || other.system || one.value !== other.value) return false
  return /^\d{20}$/.test(one.value) || /^urn:epc:/i.test(one.value)
}
