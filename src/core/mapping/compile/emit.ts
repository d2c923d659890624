import { type DocumentCheck, documentCheck } from '#core/mapping/run/document-check.ts'
import { type FromCheck, fromCheck } from '#core/mapping/run/from-check.ts'
import { type ReturnCheck, returnCheck } from '#core/mapping/run/return-check.ts'
import { type Condition, compileWhen } from '#core/mapping/verbs/when.ts'
import { isKind, KINDS, type Kind } from '#core/model/kinds.ts'
import { type Compiling, choiceOf, entryOf, mapOf } from './compiling.ts'
import { compileFields, type FieldPlan } from './fields.ts'
import { compileKey, type KeyPlan } from './key.ts'
import { nearest } from './nearest.ts'
import type { MapNode, Node } from './node.ts'
import { REQUIRED, targetsOf } from './targets.ts'

/** One canonical record that a source record becomes. */
export interface Emit {
  readonly kind: Kind
  /** Its own key, where it is not that of the source record. */
  readonly key: KeyPlan | null
  readonly when: Condition | null
  /** In the order in which they are evaluated. */
  readonly plans: readonly FieldPlan[]
  /** Parts that the schema of the kind cannot do without. */
  readonly required: readonly string[]
  /** What the rules of the day say of its documents; null where it has none that they know. */
  readonly check: DocumentCheck | null
  /** What its amounts say of goods that came back; null where they can say nothing of them. */
  readonly returns: ReturnCheck | null
  /** Whether it says where goods left; null where that is not its matter. */
  readonly from: FromCheck | null
}

const NAMES = ['kind', 'key', 'when', 'fields'] as const

export function compileEmit(c: Compiling, node: Node, target: string): Emit | null {
  const map = mapOf(c, node, target, NAMES, '- kind: sale')
  if (map === null) return null
  const kindNode = entryOf(map, 'kind')
  const fieldsNode = entryOf(map, 'fields')
  if (kindNode === undefined) c.mistakes.add(node.at, target, 'missing', { wanted: 'kind' })
  if (fieldsNode === undefined) c.mistakes.add(node.at, target, 'missing', { wanted: 'fields' })
  const kind = kindNode === undefined ? null : choiceOf(c, kindNode, `${target}.kind`, KINDS)
  const keyNode = entryOf(map, 'key')
  const key = keyNode === undefined ? null : compileKey(c, keyNode, `${target}.key`)
  const whenNode = entryOf(map, 'when')
  const when = whenNode === undefined ? null : compileWhen(c, whenNode, `${target}.when`)
  if (fieldsNode !== undefined && fieldsNode.is !== 'map')
    c.mistakes.add(fieldsNode.at, `${target}.fields`, 'not_map', {})
  if (fieldsNode?.is !== 'map') return null
  if (kind === null || !isKind(kind)) {
    checkFields(c, fieldsNode, kindNode, target)
    return null
  }
  const inside: Compiling = {
    ...c,
    kind,
    hasQuantity: fieldsNode.entries.has('quantity'),
    isEvent: kind !== 'party' && kind !== 'site',
    papers: [],
  }
  checkMinimal(c, fieldsNode, kind, target)
  const plans = compileFields(inside, fieldsNode, targetsOf(kind), `${target}.fields`)
  const isWhole =
    plans !== null && (keyNode === undefined || key !== null) && (whenNode === undefined || when !== null)
  if (!isWhole) return null
  const sorted = [...plans].sort((a, b) => a.rank - b.rank || (a.target < b.target ? -1 : 1))
  return {
    kind,
    key,
    when,
    required: REQUIRED[kind] ?? [],
    plans: sorted,
    check: documentCheck(
      sorted.map((plan) => plan.target),
      inside.papers,
    ),
    returns: returnCheck(kind, sorted),
    from: fromCheck(kind, sorted),
  }
}

/** A record of no known kind is looked at as one of the kind that was meant, else of any: its other mistakes are told with this one. */
function checkFields(c: Compiling, fields: MapNode, kindNode: Node | undefined, target: string): void {
  const meant = kindNode?.is === 'text' ? nearest(kindNode.text, KINDS) : undefined
  const kind = KINDS.find((one) => one === meant)
  if (kind !== undefined) checkMinimal(c, fields, kind, target)
  const shapes = kind === undefined ? Object.assign({}, ...KINDS.map(targetsOf)) : targetsOf(kind)
  compileFields({ ...c, hasQuantity: true, papers: [] }, fields, shapes, `${target}.fields`)
}

/** A mapping that can never give the minimal set of its kind is a mistake, not a stream of rejections. */
function checkMinimal(c: Compiling, fields: MapNode, kind: Kind, target: string): void {
  const has = (...names: string[]) =>
    [...fields.entries.keys()].some((name) =>
      names.some((wanted) => name === wanted || name.startsWith(`${wanted}.`)),
    )
  for (const name of REQUIRED[kind] ?? []) {
    if (!has(name)) c.mistakes.add(fields.at, `${target}.fields`, 'missing', { wanted: name })
  }
  if (kind === 'party' || kind === 'site') {
    if (!has('name', 'ids')) c.mistakes.add(fields.at, `${target}.fields`, 'missing', { wanted: 'name' })
    return
  }
  if (!has('occurredAt')) c.mistakes.add(fields.at, `${target}.fields`, 'no_time', { found: kind })
  if (kind === 'finding') return
  if (!has('parties', 'sites')) c.mistakes.add(fields.at, `${target}.fields`, 'no_who', { found: kind })
  const goods = [
    'product',
    'lots',
    'documents',
    'input',
    'output',
    ...(kind === 'payment' || kind === 'inspection' ? ['amount'] : []),
  ]
  if (kind !== 'inspection' && !has(...goods))
    c.mistakes.add(fields.at, `${target}.fields`, 'no_what', { found: kind })
}
