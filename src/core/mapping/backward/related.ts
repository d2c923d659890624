import { documentCode, lotCode } from '#core/lineage/codes.ts'
import { type Compiling, mapOf, textOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { Row } from '#core/mapping/run/run.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { Alias } from '#core/model/values.ts'
import type { SourceValue } from '#core/source.ts'
import { viewOf } from './view.ts'

/** What a record can refer to: a party's card by its codes, the record of a paper by its number, those of a harvest and of an entry by their lot. */
export const RELATED = ['party', 'document', 'production', 'entry'] as const
export type RelatedWhat = (typeof RELATED)[number]

/** One fact that a receiver wants and the record does not hold: `seller: { party: parties.seller }`. Its values are under `related.seller`. */
export interface RelatedStep {
  readonly name: string
  readonly what: RelatedWhat
  /** Codes by which it is looked up; none where the record does not say them. */
  codes(row: Row): readonly string[]
  /** What was found under those codes, as paths read it. Undefined where it is nothing, or more than one: none is chosen. */
  choose(row: Row, found: RelatedFound): Row | undefined
}

/** What the store knows of codes. */
export interface RelatedFound {
  /** All codes of the parties that have the code, with schemes. */
  readonly aliases: ReadonlyMap<string, readonly Alias[]>
  /** Newest active records that mention the code. */
  readonly records: ReadonlyMap<string, readonly CanonicalRecord[]>
}

/** Where each kind of fact may be looked up from. */
const PARTS: Readonly<Record<RelatedWhat, readonly string[]>> = {
  party: ['parties'],
  document: ['documents'],
  production: ['lots'],
  entry: ['lots'],
}

/** Compiles `related:`, in its order: a later fact may be looked up from an earlier one. */
export function compileRelated(c: Compiling, node: Node): RelatedStep[] | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, 'related', 'not_map', {
      wanted: 'related: { seller: { party: parties.seller } }',
    })
    return null
  }
  const steps: RelatedStep[] = []
  for (const { name, at, value } of node.entries.values()) {
    const target = `related.${name}`
    const path = stepsOf(name)
    if (path?.length !== 1) {
      c.mistakes.add(at, target, 'forbidden_path', { found: name })
      continue
    }
    const step = compileStep(c, value, name, steps)
    if (step !== null) steps.push(step)
  }
  return steps.length === node.entries.size ? steps : null
}

function compileStep(
  c: Compiling,
  node: Node,
  name: string,
  earlier: readonly RelatedStep[],
): RelatedStep | null {
  const target = `related.${name}`
  const map = mapOf(c, node, target, RELATED, '{ party: parties.seller }')
  const [entry] = map?.entries.values() ?? []
  if (map === null || entry === undefined) {
    if (map !== null) c.mistakes.add(node.at, target, 'missing', { wanted: RELATED[0] })
    return null
  }
  const what = RELATED.find((one) => one === entry.name)
  const path = textOf(c, entry.value, `${target}.${entry.name}`)
  if (what === undefined || path === null) return null
  const steps = stepsOf(path) ?? []
  const own = steps[0] === 'related' ? steps.slice(2) : steps
  const isKnown = steps[0] !== 'related' || earlier.some((step) => step.name === steps[1])
  if (!isKnown || own.length !== 2 || !PARTS[what].includes(own[0] ?? '')) {
    c.mistakes.add(entry.value.at, `${target}.${what}`, 'unknown_value', {
      found: path,
      known: PARTS[what].map((part) => `${part}.<role>`),
    })
    return null
  }
  if (map.entries.size > 1) c.mistakes.add(node.at, target, 'two_sources', { known: [...map.entries.keys()] })
  return { name, what, ...FINDERS[what]((row) => partAt(row, steps)) }
}

type PartOf = (row: Row) => Row | undefined

function partAt(row: Row, steps: readonly string[]): Row | undefined {
  let value: SourceValue | undefined = row
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, step) ? value[step] : undefined
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

const textIn = (row: Row | undefined, name: string): string | undefined => {
  const value = row?.[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The one record of which the lot is the subject, or what came out. */
function byLot(part: PartOf): Pick<RelatedStep, 'codes' | 'choose'> {
  const codes = (row: Row): string[] => {
    const lot = part(row)
    const [scheme, value] = [textIn(lot, 'scheme'), textIn(lot, 'value')]
    return scheme && value ? [lotCode(scheme, value)] : []
  }
  return {
    codes,
    choose: (row, { records }) =>
      only(codes(row), records, (record, code) =>
        (record.lots ?? []).some(
          (lot) =>
            (lot.role === 'subject' || lot.role === 'output') && lotCode(lot.scheme, lot.value) === code,
        ),
      ),
  }
}

const FINDERS: Readonly<Record<RelatedWhat, (part: PartOf) => Pick<RelatedStep, 'codes' | 'choose'>>> = {
  party: (part) => {
    const codes = (row: Row): string[] =>
      Object.entries(part(row)?.['ids'] ?? {}).map(([scheme, value]) => `${scheme}:${String(value)}`)
    return {
      codes,
      choose: (row, { aliases }) => cardOf(codes(row).flatMap((code) => aliases.get(code) ?? [])),
    }
  },
  document: (part) => {
    const numberOf = (row: Row) => textIn(part(row), 'number')
    const codes = (row: Row): string[] =>
      [numberOf(row)].flatMap((number) => (number ? [documentCode(number)] : []))
    return {
      codes,
      choose: (row, { records }) => {
        const type = textIn(part(row), 'type')
        return only(codes(row), records, (record, code) =>
          (record.documents ?? []).some(
            (one) => one.role === 'self' && documentCode(one.number) === code && mayBe(one.type, type),
          ),
        )
      },
    }
  },
  production: byLot,
  entry: byLot,
}

/** A paper whose type one side does not know may be the same. */
const mayBe = (type: string, wanted: string | undefined): boolean =>
  wanted === undefined || type === wanted || type === 'unknown' || wanted === 'unknown'

/** A card of a party: its codes by scheme, without those of which it has several. */
function cardOf(aliases: readonly Alias[]): Row | undefined {
  const ids = new Map<string, Set<string>>()
  for (const { scheme, value } of aliases) ids.set(scheme, (ids.get(scheme) ?? new Set()).add(value))
  const certain = [...ids].flatMap(([scheme, values]) =>
    values.size === 1 ? [[scheme, [...values][0] as string]] : [],
  )
  return certain.length === 0 ? undefined : { ids: Object.fromEntries(certain) }
}

function only(
  codes: readonly string[],
  found: RelatedFound['records'],
  fits: (record: CanonicalRecord, code: string) => boolean,
): Row | undefined {
  const fitting = new Map<string, CanonicalRecord>()
  for (const code of codes)
    for (const record of found.get(code) ?? []) if (fits(record, code)) fitting.set(record.id, record)
  const [first] = fitting.values()
  return fitting.size === 1 && first ? viewOf(first) : undefined
}
