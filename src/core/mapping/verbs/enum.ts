import type { Compiling } from '#core/mapping/compile/compiling.ts'
import { choiceOf, textOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note, type Run } from '#core/mapping/run/run.ts'
import { isRuined } from '#core/mapping/run/words.ts'
import { foldWidth } from '#core/width.ts'
import type { TextPlan, Wish } from './text.ts'

/**
 * `enum`: what each value of the source stands for. A value that is not named is marked W_ENUM_UNKNOWN and its text kept in `raw`;
 * the field is `unknown` where it can be, else it stays empty. `miss` says otherwise: `keep`, `none`, `reject`.
 */
export const ENUM_EXAMPLE = {
  mapping: '{ from: payType, enum: { "1": cash, "2": wechat } }',
  target: 'note',
  in: { payType: '2' },
  out: 'wechat',
} as const

/** What becomes of a value that a table or enumeration does not have. */
export type Missing = 'keep' | 'none' | 'flag' | 'reject'

export function compileEnum(
  c: Compiling,
  node: Node,
  plan: TextPlan,
  target: string,
  wish: Wish,
  missing: Missing | null,
): TextPlan | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, `${target}.enum`, 'not_map', { wanted: "enum: { '1': cash }" })
    return null
  }
  const meanings = new Map<string, string>()
  for (const { name, value } of node.entries.values()) {
    const place = `${target}.enum.${name}`
    const meaning = wish.values ? choiceOf(c, value, place, wish.values) : textOf(c, value, place)
    if (meaning !== null) meanings.set(name, meaning)
  }
  const fallback = wish.values?.includes('unknown') ? 'unknown' : undefined
  const closed = wish.values !== undefined
  const { read } = plan
  return {
    ...plan,
    verb: 'enum',
    read: (run) => {
      const text = read(run)
      if (text === undefined) return undefined
      const meaning = meanings.get(text) ?? meanings.get(foldWidth(text).trim())
      return meaning ?? missed(run, text, target, missing ?? 'flag', closed, fallback, 'enum_unknown')
    },
  }
}

/** The answer for a value that nobody named. */
export function missed(
  run: Run,
  text: string,
  target: string,
  missing: Missing,
  closed: boolean,
  fallback: string | undefined,
  why: 'enum_unknown' | 'table_miss',
): string | undefined {
  if (isRuined(run, text, target)) return undefined
  if (missing === 'none') return fallback
  if (missing === 'reject') note(run, 'E_SCHEMA', why, { target, value: text, rejects: true })
  if (missing === 'flag') note(run, 'W_ENUM_UNKNOWN', why, { target, value: text })
  if (missing === 'keep' && !closed) return text
  keepRaw(run, target, text)
  return fallback
}
