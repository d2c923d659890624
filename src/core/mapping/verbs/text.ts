import {
  asMap,
  type Compiling,
  choiceOf,
  entryOf,
  listOf,
  mapOf,
  personally,
  textOf,
  without,
} from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { CALL_NAMES, CALLS } from './calls.ts'
import { compileEnum, type Missing } from './enum.ts'
import { compileFrom, type ReadText } from './from.ts'
import { compileLookup } from './lookup.ts'
import { compileMask } from './mask.ts'
import { type Condition, compileWhen } from './when.ts'

/** A text, and how it is made. */
export interface TextPlan {
  readonly read: ReadText
  readonly verb: string
  /** The first field that is read; empty for constants. */
  readonly field: string
  readonly constant?: string
}

/** Where a text can come from. */
export const SOURCES = ['from', 'const', 'concat', 'choose', 'call'] as const
/** What can be done to it. */
export const CHANGES = ['enum', 'lookup', 'miss', 'mask'] as const
export const TEXT_NAMES: readonly string[] = [...SOURCES, 'args', ...CHANGES]

/** What the place that the text is for asks of it. */
export interface Wish {
  /** Values of a closed list; others are no answer. */
  readonly values?: readonly string[]
}

/**
 * Compiles what gives one text: a bare name (short for `{ from: name }`), or one of `from`, `const`, `concat`, `choose` and `call`,
 * with `enum`, `lookup` or `mask` behind it. @param others names that the caller reads from the same map
 */
export function compileText(
  c: Compiling,
  node: Node,
  target: string,
  others: readonly string[] = [],
  wish: Wish = {},
): TextPlan | null {
  if (node.is !== 'map') {
    doubtWord(c, node, target, wish)
    return compileText(c, asMap(node), target, others, wish)
  }
  const map = mapOf(c, node, target, [...TEXT_NAMES, ...others])
  if (map === null) return null
  // What is masked is of a person.
  if (map.entries.has('mask')) return personally(c, (inside) => compileMade(inside, map, target, wish))
  return compileMade(c, map, target, wish)
}

/** A bare word is a field; one that the place itself knows as a value was hardly meant as one. */
function doubtWord(c: Compiling, node: Node, target: string, { values }: Wish): void {
  if (node.is === 'text' && values?.includes(node.text))
    c.doubts.push([node.at, target, 'word_is_field', { found: node.text }])
}

function compileMade(c: Compiling, map: MapNode, target: string, wish: Wish): TextPlan | null {
  const found = SOURCES.filter((name) => map.entries.has(name))
  const [source] = found
  if (source === undefined || found.length > 1) {
    c.mistakes.add(map.at, target, source === undefined ? 'no_source' : 'two_sources', { known: found })
    return null
  }
  const plan = compileSource(c, map, source, target, wish)
  return plan === null ? null : change(c, map, plan, target, wish)
}

function compileSource(
  c: Compiling,
  map: MapNode,
  source: (typeof SOURCES)[number],
  target: string,
  wish: Wish,
): TextPlan | null {
  const node = entryOf(map, source) as Node
  const place = `${target}.${source}`
  if (source === 'const') return compileConst(c, node, place, wish)
  if (source === 'concat') return compileConcat(c, node, place)
  if (source === 'choose') return compileChoose(c, node, place, wish)
  if (source === 'call') return compileCall(c, map, node, target)
  const reading = compileFrom(c, node, place)
  return reading === null ? null : { read: reading.read, field: reading.field, verb: 'from' }
}

/**
 * `const`: a text that the interface document declares and no field says, such as the product of a slaughterhouse that only
 * kills pigs. Never a stand-in for a value that is missing.
 */
export const CONST_EXAMPLE = { mapping: '{ const: 生猪 }', target: 'note', in: {}, out: '生猪' } as const

function compileConst(c: Compiling, node: Node, target: string, wish: Wish): TextPlan | null {
  const text = wish.values ? choiceOf(c, node, target, wish.values) : textOf(c, node, target)
  return text === null ? null : { read: () => text, field: '', verb: 'const', constant: text }
}

/** `concat`: texts one behind the other; nothing where one of them has no value. */
export const CONCAT_EXAMPLE = {
  mapping: '{ concat: [ hall, { const: "-" }, booth ] }',
  target: 'note',
  in: { hall: 'A', booth: '023' },
  out: 'A-023',
} as const

function compileConcat(c: Compiling, node: Node, target: string): TextPlan | null {
  const plans = compileTexts(c, node, target)
  if (plans === null) return null
  const reads = plans.map((plan) => plan.read)
  const read: ReadText = (run) => {
    let whole = ''
    for (let i = 0; i < reads.length; i++) {
      const text = (reads[i] as ReadText)(run)
      if (text === undefined) return undefined
      whole += text
    }
    return whole
  }
  return { read, field: plans.find((plan) => plan.field !== '')?.field ?? '', verb: 'concat' }
}

/** Several texts, each compiled on its own. */
export function compileTexts(c: Compiling, node: Node, target: string): TextPlan[] | null {
  const members = listOf(c, node, target)
  if (members === null) return null
  const plans: TextPlan[] = []
  members.forEach((member, i) => {
    const plan = compileText(c, member, `${target}.${i}`)
    if (plan !== null) plans.push(plan)
  })
  return plans.length === members.length ? plans : null
}

/** `choose`: the first of several texts whose `when` holds; the last may have none. */
export const CHOOSE_EXAMPLE = {
  mapping: '{ choose: [ { when: { full: present }, from: full }, { from: short } ] }',
  target: 'note',
  in: { short: '龙游' },
  out: '龙游',
} as const

function compileChoose(c: Compiling, node: Node, target: string, wish: Wish): TextPlan | null {
  const members = listOf(c, node, target)
  if (members === null) return null
  const ways: { holds: Condition | null; read: ReadText; field: string }[] = []
  members.forEach((member, i) => {
    const place = `${target}.${i}`
    if (member.is !== 'map') doubtWord(c, member, place, wish)
    const map = member.is === 'map' ? member : asMap(member)
    const when = entryOf(map, 'when')
    const holds = when === undefined ? null : compileWhen(c, when, `${place}.when`)
    const plan = compileText(c, without(map, ['when']), place, [], wish)
    if (plan !== null && (when === undefined || holds !== null))
      ways.push({ holds, read: plan.read, field: plan.field })
  })
  if (ways.length < members.length) return null
  const read: ReadText = (run) => {
    for (let i = 0; i < ways.length; i++) {
      const way = ways[i]
      if (way !== undefined && (way.holds === null || way.holds(run))) return way.read(run)
    }
    return undefined
  }
  return { read, field: ways.find((way) => way.field !== '')?.field ?? '', verb: 'choose' }
}

function compileCall(c: Compiling, map: MapNode, node: Node, target: string): TextPlan | null {
  const call = compileCallPlan(c, map, node, target)
  if (call === null) return null
  const read: ReadText = (run) => {
    const { values } = call.answer(run)
    return values.length === 0 ? undefined : values.join('、')
  }
  return { read, field: call.field, verb: 'call' }
}

/** A call with its arguments. */
export function compileCallPlan(c: Compiling, map: MapNode, node: Node, target: string) {
  const name = choiceOf(c, node, `${target}.call`, CALL_NAMES)
  const list = entryOf(map, 'args')
  if (list === undefined) c.mistakes.add(node.at, target, 'missing', { wanted: 'args' })
  const plans = list === undefined ? null : compileTexts(c, list, `${target}.args`)
  if (name === null || plans === null || list === undefined) return null
  const call = CALLS[name]
  if (plans.length !== call.takes) {
    c.mistakes.add(list.at, `${target}.args`, 'wrong_arguments', { found: name, wanted: String(call.takes) })
    return null
  }
  const [first] = plans
  return {
    field: first?.field ?? '',
    answer: (run: Parameters<ReadText>[0]) => call.run(plans.map((plan) => plan.read(run))),
    takesOneOf: (run: Parameters<ReadText>[0]) => call.takesOneOf(plans.map((plan) => plan.read(run))),
  }
}

function change(c: Compiling, map: MapNode, plan: TextPlan, target: string, wish: Wish): TextPlan | null {
  const missing = missOf(c, map, target)
  const list = entryOf(map, 'enum')
  const table = entryOf(map, 'lookup')
  const mask = entryOf(map, 'mask')
  if (list !== undefined) return compileEnum(c, list, plan, target, wish, missing)
  if (table !== undefined) return compileLookup(c, table, plan, target, missing)
  if (mask !== undefined) return compileMask(c, mask, plan, target)
  return plan
}

const MISSES = ['keep', 'none', 'flag', 'reject'] as const

function missOf(c: Compiling, map: MapNode, target: string): Missing | null {
  const node = entryOf(map, 'miss')
  return node === undefined ? null : choiceOf(c, node, `${target}.miss`, MISSES)
}
