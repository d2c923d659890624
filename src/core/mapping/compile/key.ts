import { note, type Run } from '#core/mapping/run/run.ts'
import { isRuined } from '#core/mapping/run/words.ts'
import { compileDate } from '#core/mapping/verbs/date.ts'
import type { TextPlan } from '#core/mapping/verbs/text.ts'
import { compileText } from '#core/mapping/verbs/text.ts'
import { KEY_PART_MAX } from '#core/model/identity.ts'
import { isPrecisionLost, withoutBlanks } from '#core/text.ts'
import { type Compiling, choiceOf, entryOf, listOf, without } from './compiling.ts'
import type { Node } from './node.ts'
import { stepsOf } from './steps.ts'

/** Reads the parts of a key; null where one is missing or damaged, which is noted. */
export type KeyPlan = (run: Run) => string[] | null

/**
 * Compiles `key:`, a list of fields, `{ const: … }`, or times in one form whatever the source writes: `{ from: field, date: […] }`
 * is the day (`2024-04-15`), or the time where the source writes one; with `day: true` the day in any case. With `optional: true` a part
 * without a value is an empty text.
 */
export function compileKey(c: Compiling, node: Node, target: string): KeyPlan | null {
  const members = listOf(c, node, target)
  if (members === null) return null
  if (members.length === 0) {
    c.mistakes.add(node.at, target, 'empty')
    return null
  }
  const plans: KeyPart[] = []
  members.forEach((member, i) => {
    const place = `${target}.${i}`
    const optional = switchOf(c, member, 'optional', place)
    const isTime = member.is === 'map' && member.entries.has('date')
    const day = isTime ? switchOf(c, member, 'day', place) : 'false'
    const rest = member.is === 'map' ? without(member, isTime ? ['optional', 'day'] : ['optional']) : member
    const plan = isTime ? compileTime(c, rest, place, day === 'true') : compileText(c, rest, place)
    if (plan !== null && optional !== null && day !== null)
      plans.push({ ...plan, optional: optional === 'true' })
  })
  if (plans.length < members.length) return null
  if (plans.some((plan) => !plan.optional)) return keyReader(plans)
  c.mistakes.add(node.at, target, 'key_optional')
  return null
}

/** The fields that a key is made of, where they stand in the record itself: of each list one must have a value. */
export function keyFields(node: Node): string[][] {
  if (node.is !== 'list') return []
  return node.members.flatMap((member) => {
    const isOptional = member.is === 'map' && member.entries.has('optional')
    const from = member.is === 'map' ? entryOf(member, 'from') : member
    if (from === undefined || isOptional) return []
    const paths = (from.is === 'list' ? from.members : [from]).map((one) =>
      one.is === 'text' ? one.text : '',
    )
    const names = paths.map((path) => stepsOf(path) ?? [])
    return names.every(({ length }) => length === 1) ? [names.map(([name]) => name as string)] : []
  })
}

function switchOf(c: Compiling, member: Node, name: string, place: string): 'true' | 'false' | null {
  const node = member.is === 'map' ? entryOf(member, name) : undefined
  return node === undefined ? 'false' : choiceOf(c, node, `${place}.${name}`, ['true', 'false'] as const)
}

/** A time that cannot be read rejects the record as it does where it is the time of the event. */
function compileTime(c: Compiling, node: Node, target: string, isDay: boolean): Told | null {
  const plan = compileDate(c, node, target, { essential: true, event: false })
  if (plan === null) return null
  return {
    field: '',
    isTold: true,
    read: (run) => {
      const when = plan.evaluate(run)
      return isDay || when?.precision === 'day' ? when?.at.slice(0, 'YYYY-MM-DD'.length) : when?.at
    },
  }
}

/** A part of a key. One that is told has already noted why it is missing. */
type Told = Pick<TextPlan, 'read' | 'field'> & { readonly isTold?: true }
type KeyPart = Told & { readonly optional: boolean }

function keyReader(plans: readonly KeyPart[]): KeyPlan {
  return (run) => {
    const key: string[] = []
    let isWhole = true
    for (let i = 0; i < plans.length; i++) {
      const plan = plans[i] as KeyPart
      const text = plan.read(run) ?? (plan.optional ? '' : undefined)
      const part = text === undefined ? undefined : readPart(run, text)
      if (text === undefined && plan.isTold !== true)
        note(run, 'E_NO_KEY', 'no_key', { target: 'key', field: plan.field, rejects: true })
      if (part === undefined) isWhole = false
      else key.push(part)
    }
    return isWhole ? key : null
  }
}

/** One width and no blanks; the case stays: two keys of a source may differ in nothing else. */
function readPart(run: Run, text: string): string | undefined {
  const part = isPlain(text) ? text : withoutBlanks(text)
  if (!isPlain(text) && isRuined(run, text, 'key')) return undefined
  if (part.length > KEY_PART_MAX) {
    note(run, 'E_SCHEMA', 'key_long', { target: 'key', rejects: true })
    return undefined
  }
  if (!isPrecisionLost(part)) return part
  note(run, 'E_PRECISION_LOST', 'key_lost', { target: 'key', value: text, rejects: true })
  return undefined
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c <= 0x20 || c > 0x7e) return false
  }
  return true
}
