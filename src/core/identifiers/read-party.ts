import { bizRegCheckOk, isBizRegShape } from './bizreg.ts'
import {
  citizenIdCheckOk,
  citizenIdDigest,
  isCitizenIdShape,
  maskCitizenId,
  widenCitizenId,
} from './citizen-id.ts'
import { isNodeShape, isOperatorShape } from './mofcom.ts'
import { isOrgCodeShape, orgCodeCheckOk } from './orgcode.ts'
import { checked, FIT, type Fit, type Hints, NO_FLAGS, type Reading, unchecked } from './reading.ts'
import { hasRegionAt } from './region-shape.ts'
import { dropHyphens, isDigits } from './shape.ts'
import { hasUsccPrefix, isUsccShape, usccCheckOk } from './uscc.ts'

export function readUscc(code: string): Reading | null {
  const value = dropHyphens(code)
  if (!isUsccShape(value)) return null
  if (usccCheckOk(value)) return checked('cn.uscc', value, true, FIT.sure)
  // A citizen identity number with a slip has the same alphabet; only what begins as companies do is held for one.
  const company = value.charCodeAt(0) > 0x38 && hasUsccPrefix(value) && hasRegionAt(value, 2)
  return checked('cn.uscc', value, false, company ? FIT.likely : FIT.bare)
}

/**
 * A citizen identity number never leaves here readable: the value is the keyed hash where the hints hold the hash, else the
 * mask, which is for the eye and must not be stored as a code.
 */
export function readCitizenId(code: string, hints: Hints): Reading | null {
  const number = dropHyphens(code)
  if (!isCitizenIdShape(number)) return null
  const wide = widenCitizenId(number)
  const value = (hints.keyedHash && citizenIdDigest(wide, hints.keyedHash)) ?? maskCitizenId(wide)
  const checkOk = citizenIdCheckOk(number)
  const fit = citizenFit(number, checkOk, hints)
  if (checkOk === undefined) return { fit, scheme: 'cn.idcard.hash', value, flags: NO_FLAGS, personal: true }
  return { ...checked('cn.idcard.hash', value, checkOk, fit), personal: true }
}

/** When in doubt a person: to hash a company's number does no harm, to keep a person's does. */
function citizenFit(number: string, checkOk: boolean | undefined, hints: Hints): Fit {
  if (checkOk === undefined && hints.partyKind === 'enterprise') return FIT.bare
  if (checkOk || hints.partyKind === 'person') return FIT.sure
  // No province has a number that begins with 9, and most companies have.
  return number.charCodeAt(0) === 0x39 ? FIT.bare : FIT.likely
}

export function readBizReg(code: string, hints: Hints): Reading | null {
  const value = dropHyphens(code)
  if (!isBizRegShape(value)) return null
  const checkOk = bizRegCheckOk(value)
  return checked(
    'cn.bizreg15',
    value,
    checkOk,
    checkOk || hints.partyKind === 'enterprise' ? FIT.plausible : FIT.bare,
  )
}

export function readOrgCode(code: string): Reading | null {
  const value = dropHyphens(code)
  if (!isOrgCodeShape(value)) return null
  const checkOk = orgCodeCheckOk(value)
  // Nine bare digits may as well be a node code; the hyphen or a letter tells an organisation code.
  const told = code.charAt(8) === '-' || !isDigits(value)
  return checked('cn.orgcode9', value, checkOk, told ? FIT.sure : checkOk ? FIT.plausible : FIT.bare)
}

export function readNode(code: string): Reading | null {
  const value = dropHyphens(code)
  return isNodeShape(value) ? unchecked('cn.mofcom.node9', value, FIT.likely) : null
}

export function readOperator(code: string): Reading | null {
  const value = dropHyphens(code)
  return isOperatorShape(value) ? unchecked('cn.mofcom.operator13', value, FIT.likely) : null
}
