import { type Compiling, type Evaluate, entryOf, mapOf, without } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note } from '#core/mapping/run/run.ts'
import { isRuined, wordsOf } from '#core/mapping/run/words.ts'
import { compileEach } from './each.ts'
import { compileCallPlan, compileText, TEXT_NAMES } from './text.ts'

/** A list of texts: one text, one for `each` member of a list, or what a `call` gives. Nothing where there is none. */
export function compileWordList(c: Compiling, node: Node, target: string): Evaluate<string[]> | null {
  if (node.is === 'map' && node.entries.has('call')) return compileCalled(c, node, target)
  if (node.is === 'map' && node.entries.has('each')) return compileListed(c, node, target)
  const plan = compileText(c, node, target)
  if (plan === null) return null
  return (run) => {
    const text = plan.read(run)
    const words = text === undefined ? undefined : wordsOf(run, text, target)
    return words === undefined ? undefined : [words]
  }
}

function compileCalled(c: Compiling, node: Node & { is: 'map' }, target: string): Evaluate<string[]> | null {
  const map = mapOf(c, node, target, ['call', 'args'])
  const name = map === null ? undefined : entryOf(map, 'call')
  const call = map === null || name === undefined ? null : compileCallPlan(c, map, name, target)
  if (call === null) return null
  return (run) => {
    const { values, unknown } = call.answer(run)
    if (values.length === 0) return undefined
    run.field = call.field
    if (unknown.some((text) => isRuined(run, text, target))) return undefined
    if (unknown.length > 0) {
      // The words are those of a function of the hub: a mapping cannot add one.
      const taken = call.takesOneOf(run)
      run.field = call.field
      const fix = taken.length > 0 ? `Send one of these codes or words: ${taken.join('、')}.` : undefined
      note(run, 'W_ENUM_UNKNOWN', 'enum_unknown', { target, value: unknown.join(','), fix })
    }
    const written = run.row[call.field]
    if (typeof written === 'string' && written !== values.join(',')) keepRaw(run, target, written)
    return [...values]
  }
}

function compileListed(c: Compiling, node: Node & { is: 'map' }, target: string): Evaluate<string[]> | null {
  const map = mapOf(c, node, target, ['each', ...TEXT_NAMES])
  const list = map === null ? undefined : entryOf(map, 'each')
  const each = list === undefined ? null : compileEach(c, list, `${target}.each`)
  if (map === null || each === null) return null
  const rest = without(map, ['each'])
  const member = rest.entries.size > 0 ? rest : ({ is: 'text', text: '.', at: node.at } as const)
  const plan = compileText(each.inside, member, target)
  if (plan === null) return null
  return (run) => {
    const words: string[] = []
    each.run(
      run,
      () => {
        const text = plan.read(run)
        return text === undefined ? undefined : wordsOf(run, text, target)
      },
      words,
    )
    return words.length === 0 ? undefined : words
  }
}
