import type { Flag } from '#core/flags.ts'
import { isCommodityShape, isCustomsShape } from './customs.ts'
import { isEarTagShape } from './eartag.ts'
import { gs1CheckOk, isGlnShape, isGtinShape, isSgtinShape } from './gs1.ts'
import { hasTraceDate, isBatchShape, isTraceShape, traceForm } from './mofcom.ts'
import { isOrganicShape } from './organic.ts'
import { checked, FIT, type Hints, type Reading, unchecked } from './reading.ts'
import { hasRegionAt } from './region-shape.ts'
import { normaliseSc, scCheckOk } from './sc.ts'
import type { IdScheme } from './scheme.ts'
import { dropHyphens, isDigits } from './shape.ts'

const AMBIGUOUS: readonly Flag[] = Object.freeze(['W_TRACE_FORM_AMBIGUOUS'] as const)
const PARTIAL: readonly Flag[] = Object.freeze(['W_TAG_PARTIAL'] as const)

/** A 20-digit code of the form that the hints declare; without one, of the only form that fits, or ambiguous. */
export function readTrace(code: string, hints: Hints): Reading | null {
  const value = dropHyphens(code)
  if (!isTraceShape(value)) return null
  const form = hints.traceForm ?? traceForm(value, hints.known)
  if (form === 'A') return readTraceA(value)
  if (form === 'B') return readTraceB(value)
  return { fit: FIT.likely, scheme: 'cn.mofcom.trace20.ambiguous', value, flags: AMBIGUOUS }
}

export function readTraceA(code: string): Reading | null {
  const value = dropHyphens(code)
  return isTraceShape(value) ? unchecked('cn.mofcom.tran20a', value, FIT.likely) : null
}

/** The date is the only part of form B that can be wrong by itself, so a date that does not exist fails the check. */
export function readTraceB(code: string): Reading | null {
  const value = dropHyphens(code)
  if (!isTraceShape(value)) return null
  return hasTraceDate(value)
    ? unchecked('cn.mofcom.trace20b', value, FIT.likely)
    : checked('cn.mofcom.trace20b', value, false, FIT.likely)
}

export function readBatch(code: string): Reading | null {
  const value = dropHyphens(code)
  return isBatchShape(value) ? unchecked('cn.mofcom.batch16', value, FIT.likely) : null
}

export function readEarTag(code: string): Reading | null {
  const value = dropHyphens(code)
  if (!isEarTagShape(value)) return null
  return unchecked('cn.eartag15', value, hasRegionAt(value, 1) ? FIT.plausible : FIT.bare)
}

export function readEarTagTail(code: string): Reading | null {
  if (!isDigits(code, 3)) return null
  return { fit: FIT.bare, scheme: 'cn.eartag.tail3', value: code, flags: PARTIAL }
}

export function readGtin(code: string): Reading | null {
  const value = dropHyphens(code)
  if (!isGtinShape(value)) return null
  const checkOk = gs1CheckOk(value)
  return checked('gs1.gtin', value, checkOk, checkOk ? FIT.plausible : FIT.bare)
}

export function readGln(code: string): Reading | null {
  const value = dropHyphens(code)
  if (!isGlnShape(value)) return null
  return checked('gs1.gln', value, gs1CheckOk(value), FIT.bare)
}

export function readSgtin(code: string): Reading | null {
  return isSgtinShape(code) ? unchecked('gs1.sgtin', code, FIT.sure) : null
}

export function readSc(code: string): Reading | null {
  const value = normaliseSc(dropHyphens(code))
  if (value === null) return null
  const checkOk = scCheckOk(value)
  return checked(
    'cn.sc14',
    value,
    checkOk,
    code.startsWith('SC') ? FIT.sure : checkOk ? FIT.plausible : FIT.bare,
  )
}

export function readOrganic(code: string): Reading | null {
  const value = dropHyphens(code)
  return isOrganicShape(value) ? unchecked('cn.organic17', value, FIT.plausible) : null
}

export function readCustoms(code: string): Reading | null {
  const value = dropHyphens(code)
  return isCustomsShape(value) ? unchecked('cn.customs.decl18', value, FIT.plausible) : null
}

export function readCommodity(code: string): Reading | null {
  const value = code.replace(/[.-]/g, '')
  return isCommodityShape(value) ? unchecked('cn.customs.hs10', value, FIT.plausible) : null
}

/** Numbers whose form no standard fixes have a digit and some length; words such as 见附页 are none. */
const LONGEST_NUMBER = 64

/** A number of a platform, a province or a system, kept as written but for blanks, width and case. */
export function readOpen(scheme: IdScheme, code: string): Reading | null {
  return code.length <= LONGEST_NUMBER && /\d/.test(code) ? unchecked(scheme, code, FIT.bare) : null
}
