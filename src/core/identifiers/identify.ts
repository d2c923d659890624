import type { Flag } from '#core/flags.ts'
import { isPrecisionLost, normaliseCode } from '#core/text.ts'
import { isColdChainShape } from './cold-chain.ts'
import { read } from './readers.ts'
import { FIT, type Hints, type Reading } from './reading.ts'
import type { IdScheme } from './scheme.ts'

/** What the field is declared to hold: one scheme, any of several, or (neither) whatever the shape tells. */
export interface Wanted extends Hints {
  readonly scheme?: IdScheme | undefined
  readonly anyOf?: readonly IdScheme[] | undefined
}

/** What a code is. */
export interface Identification {
  readonly scheme: IdScheme | 'unknown'
  /**
   * The normalised code. For `cn.idcard.hash` the digest; the mask where no `keyedHash` was given, which must not be
   * stored as a code, because many persons share it.
   */
  readonly value: string
  /** Whether the check digit is right; absent where the scheme has none. */
  readonly checkOk?: boolean
  readonly flags: readonly Flag[]
  /** The code is a natural person's. */
  readonly personal?: true
}

const PARTY: readonly IdScheme[] = [
  'cn.mofcom.operator13',
  'cn.uscc',
  'cn.idcard.hash',
  'cn.bizreg15',
  'cn.orgcode9',
  'cn.mofcom.node9',
]
/** Sources write any of these in one column 统一社会信用代码, whatever the column is called. */
const LEGAL: readonly IdScheme[] = ['cn.uscc', 'cn.idcard.hash', 'cn.bizreg15', 'cn.orgcode9']
const EAR_TAG: readonly IdScheme[] = ['cn.eartag15', 'cn.eartag.tail3']
/** Not the organic code: of 17 digits nothing can be checked, and other numbers that lost a digit have 17 too. */
const ANY: readonly IdScheme[] = [
  ...PARTY,
  'cn.mofcom.trace20.ambiguous',
  'cn.mofcom.batch16',
  'cn.sc14',
  'gs1.gtin',
  'cn.eartag15',
  'cn.customs.decl18',
  'gs1.sgtin',
]
const TRACE: readonly IdScheme[] = ['cn.mofcom.tran20a', 'cn.mofcom.trace20b']
const NO_WISH: Wanted = {}
const LOST: readonly Flag[] = Object.freeze(['E_PRECISION_LOST'] as const)
const UNKNOWN: readonly Flag[] = Object.freeze(['W_ID_UNKNOWN'] as const)

/**
 * Normalises, classifies and checks a code. Never refuses: a wrong check digit gives `checkOk: false` and W_ID_CHECK_FAIL,
 * a shape that fits no wanted scheme `unknown` and W_ID_UNKNOWN, digits lost in a spreadsheet `unknown` and
 * E_PRECISION_LOST. A company field may hold any legal number (an old registration number, a person's identity number), an
 * ear tag field the last three digits; every other wanted scheme is taken alone.
 */
export function identify(raw: string, wanted: Wanted = NO_WISH): Identification {
  const code = normaliseCode(raw)
  const found = find(code, wanted)
  // A right check digit proves that no digit was lost.
  if (!found?.checkOk && isPrecisionLost(code)) return { scheme: 'unknown', value: code, flags: LOST }
  if (!found) return { scheme: 'unknown', value: code, flags: UNKNOWN }
  return withoutFit(found)
}

/** Identifies the code of a party: operator, company, person, node. */
export function identifyParty(raw: string, hints: Hints = NO_WISH): Identification {
  return identify(raw, { ...hints, anyOf: PARTY })
}

function find(code: string, wanted: Wanted): Reading | null {
  const { scheme, anyOf } = wanted
  if (scheme === undefined) return best(code, anyOf ? withOpenForm(anyOf) : ANY, wanted)
  if (LEGAL.includes(scheme)) return best(code, LEGAL, legalHints(scheme, wanted))
  return scheme === 'cn.eartag15' ? best(code, EAR_TAG, wanted) : read(scheme, code, wanted)
}

/**
 * The likeliest of several schemes. Codes of the cold chain are taken by their shape here: no standard fixes it, but a field that may
 * hold others too has numbers of any kind, and two stalls that write the same would have the same goods.
 */
function best(code: string, schemes: readonly IdScheme[], hints: Hints): Reading | null {
  let found: Reading | null = null
  for (const scheme of schemes) {
    if (scheme.startsWith('cn.coldchain.') && !isColdChainShape(code)) continue
    const reading = read(scheme, code, hints)
    if (reading && (found === null || reading.fit > found.fit)) found = reading
    if (found?.fit === FIT.sure) return found
  }
  return found
}

function withoutFit({ scheme, value, checkOk, flags, personal }: Reading): Identification {
  if (checkOk === undefined) return personal ? { scheme, value, flags, personal } : { scheme, value, flags }
  return personal ? { scheme, value, checkOk, flags, personal } : { scheme, value, checkOk, flags }
}

/** A field declared to hold registration numbers holds companies', one of identity numbers persons'. */
function legalHints(scheme: IdScheme, wanted: Wanted): Hints {
  if (wanted.partyKind) return wanted
  if (scheme === 'cn.bizreg15') return { ...wanted, partyKind: 'enterprise' }
  if (scheme === 'cn.idcard.hash') return { ...wanted, partyKind: 'person' }
  return wanted
}

/** Naming one form of trace code declares it; naming both leaves it open. */
function withOpenForm(anyOf: readonly IdScheme[]): readonly IdScheme[] {
  if (!anyOf.includes('cn.mofcom.tran20a') || !anyOf.includes('cn.mofcom.trace20b')) return anyOf
  return anyOf.map((scheme) => (TRACE.includes(scheme) ? 'cn.mofcom.trace20.ambiguous' : scheme))
}
