import type { Compiling, Plan } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note } from '#core/mapping/run/run.ts'
import { isRuined, keptWords } from '#core/mapping/run/words.ts'
import { readNumber } from '#core/units/term.ts'
import { foldWidth } from '#core/width.ts'
import { compileText } from './text.ts'

/** A plain text field. Its cleaned text; that of the source is kept in `raw` where it differs. */
export function compileWords(c: Compiling, node: Node, target: string): Plan<string> | null {
  const plan = compileText(c, node, target)
  if (plan === null) return null
  const { read } = plan
  return {
    verb: plan.verb,
    evaluate: (run) => {
      const text = read(run)
      return text === undefined ? undefined : keptWords(run, text, target)
    },
  }
}

/** A field with a closed list of values. What is none of them is marked, and kept in `raw`. */
export function compileValue(
  c: Compiling,
  node: Node,
  target: string,
  values: readonly string[],
  fallback?: string,
): Plan<string> | null {
  const plan = compileText(c, node, target, [], { values })
  if (plan === null) return null
  const { read } = plan
  const known = new Set(values)
  return {
    verb: plan.verb,
    evaluate: (run) => {
      const text = read(run)
      if (text === undefined) return fallback
      if (known.has(text)) return text
      if (isRuined(run, text, target)) return undefined
      note(run, 'W_ENUM_UNKNOWN', 'enum_unknown', { target, value: text })
      keepRaw(run, target, text)
      return fallback
    },
  }
}

/** A number without a unit: heads dead on the way, samples taken. Full-width digits and Chinese numerals are read. */
export function compileNumber(c: Compiling, node: Node, target: string): Plan<string> | null {
  const plan = compileText(c, node, target)
  if (plan === null) return null
  const { read } = plan
  return {
    verb: plan.verb === 'from' ? 'number' : plan.verb,
    evaluate: (run) => {
      const text = read(run)
      if (text === undefined) return undefined
      const number = readNumber(text) ?? readNumber(foldWidth(text))
      if (number === text) return number
      if (number === null) {
        if (isRuined(run, text, target)) return undefined
        note(run, 'W_UNIT_SUSPECT', 'number_bad', { target, value: text })
      }
      keepRaw(run, target, text)
      return number ?? undefined
    },
  }
}

/** A yes or no. */
export function compileFlag(c: Compiling, node: Node, target: string): Plan<boolean> | null {
  const plan = compileValue(c, node, target, ['true', 'false'])
  if (plan === null) return null
  return {
    verb: plan.verb,
    evaluate: (run) => {
      const text = plan.evaluate(run)
      return text === undefined ? undefined : text === 'true'
    },
  }
}
