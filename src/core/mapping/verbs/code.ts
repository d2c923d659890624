import { type Identification, identify } from '#core/identifiers/identify.ts'
import { FIXED_SCHEMES, type IdScheme, isIdScheme } from '#core/identifiers/scheme.ts'
import { type Compiling, type Evaluate, entryOf, textOf, textsOf } from '#core/mapping/compile/compiling.ts'
import { nearest } from '#core/mapping/compile/nearest.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { bitsOf, FLAG_BITS } from '#core/mapping/run/flag-bits.ts'
import { memo } from '#core/mapping/run/memo.ts'
import { note, type Run } from '#core/mapping/run/run.ts'
import { isDestroyed, isRuined } from '#core/mapping/run/words.ts'
import type { Alias } from '#core/model/values.ts'
import { isNoCode } from '#core/text.ts'
import type { ReadText } from './from.ts'
import { compileText } from './text.ts'

/**
 * `scheme` or `anyOf`: a code is normalised, told what it is a code of, and its check digit looked at. `anyOf: [a, local]` takes
 * the first that fits; `local` is the source's own numbering. A code that fits none is kept as the source's own and marked
 * W_ID_UNKNOWN, and left out where it has neither letter nor digit (个体户); one that lost digits is left out and marked E_PRECISION_LOST; a wrong check digit is kept and marked.
 */
export const CODE_EXAMPLE = {
  mapping: '{ parties.seller: { code: { from: seller, anyOf: [cn.mofcom.operator13, cn.uscc] } } }',
  target: 'parties',
  in: { seller: '３３０４０２００３０１０７' },
  out: [
    {
      ids: [{ raw: '３３０４０２００３０１０７', scheme: 'cn.mofcom.operator13', value: '3304020030107' }],
      role: 'seller',
    },
  ],
} as const

/** What a code turned out to be. */
export interface CodeReading {
  /** Null where it was left out. */
  readonly alias: Alias | null
  readonly bits: number
  readonly personal: boolean
}

export interface CodePlan {
  readonly evaluate: Evaluate<CodeReading>
  /** The text, and what is made of it: for those that remember more than the code. */
  readonly read: ReadText
  readonly of: (run: Run, text: string) => CodeReading | undefined
  readonly field: string
}

export function compileCode(c: Compiling, node: Node, target: string): CodePlan | null {
  const schemes = node.is === 'map' ? schemesOf(c, node, target) : ANY
  const plan = compileText(c, node, target, ['scheme', 'anyOf'])
  if (plan === null || schemes === null) return null
  const { read } = plan
  const known = codeReader(c, schemes)
  const of = (run: Run, text: string): CodeReading | undefined => {
    const reading = known(text)
    if (reading.bits !== 0 || reading.alias === null) return doubtful(run, text, reading, target)
    return reading
  }
  const evaluate = (run: Run): CodeReading | undefined => {
    const text = read(run)
    return text === undefined ? undefined : of(run, text)
  }
  return { evaluate, read, of, field: plan.field }
}

/** Schemes that a field may hold; none means whatever the shape tells. */
export type Schemes = readonly IdScheme[]
const ANY: Schemes = []

export function schemesOf(c: Compiling, node: MapNode, target: string): Schemes | null {
  const scheme = entryOf(node, 'scheme')
  const anyOf = entryOf(node, 'anyOf')
  if (scheme !== undefined && anyOf !== undefined) {
    c.mistakes.add(node.at, target, 'two_sources', { known: ['scheme', 'anyOf'] })
    return null
  }
  if (scheme !== undefined && scheme.is === 'text' && scheme.text === 'any') return ANY
  const one = scheme === undefined ? undefined : textOf(c, scheme, `${target}.scheme`)
  const texts =
    anyOf === undefined
      ? one === undefined
        ? []
        : one === null
          ? null
          : [one]
      : textsOf(c, anyOf, `${target}.anyOf`)
  if (texts === null) return null
  const found: IdScheme[] = []
  for (const text of texts) {
    const name = text === 'local' ? `local.${c.system}` : text
    if (isIdScheme(name)) found.push(name)
    else {
      const meant = nearest(text, FIXED_SCHEMES)
      const at = (anyOf ?? scheme ?? node).at
      c.mistakes.add(at, target, 'bad_scheme', {
        found: text,
        known: FIXED_SCHEMES,
        ...(meant ? { meant } : {}),
      })
    }
  }
  return found.length === texts.length ? found : null
}

/** Reads codes of the schemes and remembers what they were. */
export function codeReader(c: Compiling, schemes: Schemes): (text: string) => CodeReading {
  const own = `local.${c.system}` as const
  const open = schemes.filter((scheme) => !scheme.startsWith('local.'))
  const local = schemes.find((scheme) => scheme.startsWith('local.'))
  const hints = c.keyedHash ? { keyedHash: c.keyedHash } : {}
  const wanted =
    open.length === 1 ? { ...hints, scheme: open[0] } : open.length > 1 ? { ...hints, anyOf: open } : hints
  const hasHash = c.keyedHash !== undefined
  return memo((text) => {
    if (open.length === 0 && local !== undefined)
      return reading(text, identify(text, { ...hints, scheme: local }), own, hasHash)
    const found = identify(text, wanted)
    const isOther = found.scheme === 'unknown' && !found.flags.includes('E_PRECISION_LOST')
    if (isOther && open.includes('cn.uscc') && isSlippedUscc(found.value))
      return reading(text, slipped(found.value), own, hasHash)
    if (isOther && local !== undefined)
      return reading(text, identify(text, { ...hints, scheme: local }), own, hasHash)
    return reading(text, found, own, hasHash)
  })
}

/** Eighteen letters and digits in a field for credit codes are one, though a letter stands in it that the standard does not use. */
const isSlippedUscc = (code: string): boolean => /^[159][1-9A-Z]\d{6}[0-9A-Z]{10}$/.test(code)

const slipped = (value: string): Identification => ({
  scheme: 'cn.uscc',
  value,
  checkOk: false,
  flags: ['W_ID_CHECK_FAIL'],
})

function reading(raw: string, found: Identification, own: string, hasHash: boolean): CodeReading {
  const bits = bitsOf(found.flags) | (isDestroyed(raw) ? FLAG_BITS.E_ENCODING : 0)
  const personal = found.personal === true
  const isLost = (bits & FLAG_BITS.E_PRECISION_LOST) !== 0
  const isWord = found.scheme === 'unknown' && isNoCode(found.value)
  if (isLost || isWord || found.value === '' || (personal && !hasHash)) return { alias: null, bits, personal }
  const alias: Alias = {
    ...(found.checkOk === undefined ? {} : { checkOk: found.checkOk }),
    ...(raw === found.value || personal ? {} : { raw }),
    scheme: found.scheme === 'unknown' ? own : found.scheme,
    value: found.value,
  }
  return { alias, bits, personal }
}

function doubtful(run: Run, text: string, found: CodeReading, target: string): CodeReading | undefined {
  if (isRuined(run, text, target)) return undefined
  const value = found.personal ? undefined : text
  const { bits } = found
  if ((bits & FLAG_BITS.E_PRECISION_LOST) !== 0) note(run, 'E_PRECISION_LOST', 'code_lost', { target, value })
  if ((bits & FLAG_BITS.W_ID_CHECK_FAIL) !== 0) note(run, 'W_ID_CHECK_FAIL', 'check_fails', { target, value })
  if ((bits & FLAG_BITS.W_ID_UNKNOWN) !== 0) note(run, 'W_ID_UNKNOWN', 'id_unknown', { target, value })
  if ((bits & FLAG_BITS.W_TRACE_FORM_AMBIGUOUS) !== 0)
    note(run, 'W_TRACE_FORM_AMBIGUOUS', 'form_open', { target, value })
  run.flags |= bits
  return found
}
