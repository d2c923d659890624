import { compileParty, type Group, ROLES } from '#core/mapping/verbs/party.ts'
import { type Compiling, type Evaluate, entryOf, type Plan, personally, unknownName } from './compiling.ts'
import { nearest } from './nearest.ts'
import type { Entry, MapNode, Node } from './node.ts'
import { compilePart } from './part.ts'
import { rankOf, type Shape } from './targets.ts'

/** One part of a canonical record, compiled. */
export interface FieldPlan extends Plan<unknown> {
  readonly target: string
  readonly rank: number
  /** The first source field that it reads. */
  readonly field: string
}

/**
 * Compiles `fields:` of one canonical record; null where it has a mistake. What stands under a misspelt name is looked at as under the
 * one that was meant: its mistakes would come one after the other else.
 */
export function compileFields(
  c: Compiling,
  node: MapNode,
  shapes: Readonly<Record<string, Shape>>,
  target: string,
): FieldPlan[] | null {
  const plans: FieldPlan[] = []
  const roles: Record<Group, Entry[]> = { parties: [], sites: [] }
  let isWhole = true
  for (const entry of node.entries.values()) {
    const group = groupOf(entry.name)
    if (group !== null) {
      roles[group].push(...rolesOf(entry, group))
      continue
    }
    const shape = Object.hasOwn(shapes, entry.name) ? shapes[entry.name] : undefined
    if (shape === undefined) {
      isWhole = false
      const meant = unknownName(c, entry, target, [...Object.keys(shapes), 'parties.<role>', 'sites.<role>'])
      const guessed = meant === undefined ? undefined : shapes[meant]
      if (guessed !== undefined) compilePart(c, entry.value, `${target}.${entry.name}`, guessed)
      continue
    }
    const field = firstField(entry.value)
    const plan = PERSONAL.has(entry.name)
      ? personally(c, (inside) => compilePart(inside, entry.value, entry.name, shape))
      : compilePart(c, entry.value, entry.name, shape)
    if (plan === null) isWhole = false
    else plans.push({ ...plan, target: entry.name, rank: rankOf(shape), field })
  }
  for (const group of ['parties', 'sites'] as const) {
    if (roles[group].length === 0) continue
    const plan = compileRoles(c, roles[group], group, target)
    if (plan === null) isWhole = false
    else plans.push(plan)
  }
  return isWhole ? plans : null
}

/** Parts of a record, beside parties, that may be of a person: plates, free text. */
const PERSONAL: ReadonlySet<string> = new Set(['vehicle', 'note', 'findings', 'cause'])

const groupOf = (name: string): Group | null => {
  if (name === 'parties' || name.startsWith('parties.')) return 'parties'
  return name === 'sites' || name.startsWith('sites.') ? 'sites' : null
}

/** `parties.seller: …` and `parties: { seller: … }` say the same. */
function rolesOf(entry: Entry, group: Group): Entry[] {
  if (entry.name !== group) return [{ ...entry, name: entry.name.slice(group.length + 1) }]
  return entry.value.is === 'map' ? [...entry.value.entries.values()] : [entry]
}

function compileRoles(
  c: Compiling,
  entries: readonly Entry[],
  group: Group,
  target: string,
): FieldPlan | null {
  const known = ROLES[group] as readonly string[]
  const evaluators: Evaluate<unknown>[] = []
  for (const { name, at, value } of entries) {
    const place = `${group}.${name}`
    if (!known.includes(name)) {
      const meant = nearest(name, known)
      c.mistakes.add(at, `${target}.${place}`, 'unknown_name', {
        found: name,
        known,
        ...(meant ? { meant } : {}),
      })
      if (meant !== undefined) compileParty(c, value, place, group, meant)
      continue
    }
    const evaluate = isPersonal(group, value)
      ? personally(c, (inside) => compileParty(inside, value, place, group, name))
      : compileParty(c, value, place, group, name)
    if (evaluate !== null) evaluators.push(evaluate)
  }
  if (evaluators.length < entries.length) return null
  const [first] = entries
  return {
    target: group,
    verb: group === 'parties' ? 'party' : 'site',
    rank: rankOf({ is: group }),
    field: first === undefined ? '' : firstField(first.value),
    evaluate: together(evaluators),
  }
}

/** A party may be a person, and a farm bear its name; a site that a code table names is none. */
function isPersonal(group: Group, node: Node): boolean {
  const name = node.is === 'map' ? entryOf(node, 'name') : undefined
  const isCode = name?.is === 'map' && (name.entries.has('lookup') || name.entries.has('enum'))
  return group === 'parties' || (name !== undefined && !isCode)
}

function together(evaluators: readonly Evaluate<unknown>[]): Evaluate<unknown[]> {
  return (run) => {
    const parts: unknown[] = []
    for (let i = 0; i < evaluators.length; i++) {
      const part = (evaluators[i] as Evaluate<unknown>)(run)
      if (part !== undefined) parts.push(part)
    }
    return parts.length === 0 ? undefined : parts
  }
}

/** The first source field that a part names, for places of what is missing; empty where it names none. */
function firstField(node: Node): string {
  if (node.is === 'text') return node.text
  if (node.is === 'list') return node.members.map(firstField).find((field) => field !== '') ?? ''
  const from = node.entries.get('from') ?? node.entries.get('each')
  if (from !== undefined) return firstField(from.value)
  for (const name of ['code', 'name', 'documents', 'lots']) {
    const found = node.entries.get(name)
    if (found !== undefined) return firstField(found.value)
  }
  return ''
}
