import {
  type Compiling,
  choiceOf,
  entryOf,
  mapOf,
  type Plan,
  textOf,
} from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note, type Run } from '#core/mapping/run/run.ts'
import { isRuined } from '#core/mapping/run/words.ts'
import { doubtsOf } from '#core/model/doubtful-amount.ts'
import type { Quantity } from '#core/model/values.ts'
import { parseQuantity, type QuantityOptions, readCount, timesPacks } from '#core/units/quantity.ts'
import { unitOf } from '#core/units/table.ts'
import { compileText, type TextPlan } from './text.ts'

/**
 * Quantity: `from` a number, or a number and unit in one text (`约100斤`, `50kg*20箱`); `unit` names the field of the unit and
 * what it is when empty (`default`), or is a constant; `dimension: mass` refuses counts and packages; `packs` is a number of
 * packages, `times` one by which the content of each is multiplied; `units` gives texts another meaning (`{ 羽: 片 }`). Becomes kilograms, heads, pieces or packages, exactly. What
 * cannot be read has the value null, its text, and W_UNIT_SUSPECT; an amount that cannot be true is kept and marked so: one below zero (but
 * of sales that are refunds, and of voids), none at all of goods that move, more than 1,000 tonnes.
 */
export const QUANTITY_EXAMPLE = {
  mapping: '{ from: netWeight, unit: { from: unit, default: 公斤 }, dimension: mass }',
  target: 'quantity',
  in: { netWeight: '240', unit: '斤' },
  out: { raw: '240斤', rawUnit: '斤', unit: 'KGM', value: '120' },
} as const

const NAMES = ['unit', 'dimension', 'packs', 'times', 'units'] as const

/** @param isLine whether prices of the record share its unit */
export function compileQuantity(
  c: Compiling,
  node: Node,
  target: string,
  isLine: boolean,
): Plan<Quantity> | null {
  const plan = compileText(c, node, target, NAMES)
  const map: MapNode = node.is === 'map' ? node : { is: 'map', at: node.at, entries: new Map() }
  const unit = unitPlan(c, map, target)
  const dimensionNode = entryOf(map, 'dimension')
  const dimension =
    dimensionNode === undefined
      ? 'any'
      : choiceOf(c, dimensionNode, `${target}.dimension`, ['mass', 'any'] as const)
  const packsNode = entryOf(map, 'packs')
  const packs = packsNode === undefined ? undefined : compileText(c, packsNode, `${target}.packs`)
  const timesNode = entryOf(map, 'times')
  const times = timesNode === undefined ? undefined : compileText(c, timesNode, `${target}.times`)
  const units = ownUnits(c, map, target)
  if (packsNode !== undefined && timesNode !== undefined)
    c.mistakes.add(timesNode.at, target, 'two_sources', { known: ['packs', 'times'] })
  if (plan === null || unit === null || dimension === null || units === null) return null
  if (packs === null || times === null) return null
  const { read } = plan
  const readUnit = unit.text?.read
  // One object is used for every record: the reader looks at it and does not keep it.
  const options: { -readonly [K in keyof QuantityOptions]: QuantityOptions[K] } = {
    unit: '',
    dimension,
    ...(unit.fallback === undefined ? {} : { default: unit.fallback }),
    ...(units === undefined ? {} : { units }),
  }
  const doubtful = doubtsOf(c.kind, isLine)
  const evaluate = (run: Run): Quantity | undefined => {
    const unitText = readUnit === undefined ? '' : (readUnit(run) ?? '')
    const text = read(run)
    if (isLine) {
      run.unit = unitText === '' ? unit.fallback : unitText
      run.massKg = undefined
    }
    if (text === undefined) return undefined
    options.unit = unitText
    const reading = parseQuantity(text, options)
    const { quantity, flags } = times === undefined ? reading : timesPacks(reading, times.read(run))
    if (isLine && quantity.rawUnit !== undefined) run.unit = quantity.rawUnit
    if (isLine && quantity.unit === 'KGM' && quantity.value !== null) run.massKg = quantity.value
    if (flags.length > 0) {
      if (isRuined(run, text, target)) return undefined
      const massField = run.field
      if (unit.text !== undefined) run.field = unit.text.field
      if (isRuined(run, unitText, target)) return undefined
      run.field = massField
      // With `times` the count stands in it too.
      if (isRuined(run, quantity.raw, target)) return undefined
      note(run, 'W_UNIT_SUSPECT', 'unit_bad', { target, value: quantity.raw })
    }
    const doubt = doubtful(run.isVoid, quantity)
    if (doubt !== undefined) note(run, 'W_UNIT_SUSPECT', doubt, { target, value: quantity.raw })
    return ordered(quantity, packs === undefined ? undefined : countOf(run, packs, target))
  }
  return { evaluate, verb: 'quantity' }
}

/** A number of packages that cannot be read is kept as it was written, and is no number. */
function countOf(run: Run, packs: TextPlan, target: string): string | undefined {
  const text = packs.read(run)
  if (text === undefined) return undefined
  const count = readCount(text)
  if (count === null) keepRaw(run, `${target}.packs`, text)
  return count ?? undefined
}

/** The parts in the order in which the content of records is compared. */
function ordered(quantity: Quantity & { raw?: string }, packs: string | undefined): Quantity {
  const { approx, rawUnit, raw, unit, value } = quantity
  const count = quantity.packs ?? packs
  if (approx === undefined && count === undefined && raw !== undefined && rawUnit !== undefined)
    return { raw, rawUnit, unit, value }
  return {
    ...(approx === undefined ? {} : { approx }),
    ...(count === undefined ? {} : { packs: count }),
    ...(raw === undefined ? {} : { raw }),
    ...(rawUnit === undefined ? {} : { rawUnit }),
    unit,
    value,
  }
}

function unitPlan(c: Compiling, map: MapNode, target: string): { text?: TextPlan; fallback?: string } | null {
  const node = entryOf(map, 'unit')
  if (node === undefined) return {}
  const place = `${target}.unit`
  const fallbackNode = node.is === 'map' ? entryOf(node, 'default') : undefined
  const constant = node.is === 'map' ? entryOf(node, 'const') : undefined
  const fallback = knownUnit(c, fallbackNode ?? constant, place)
  if (fallback === null) return null
  const isFixed = node.is === 'map' && !node.entries.has('from')
  if (isFixed && fallback !== undefined) {
    mapOf(c, node, place, ['default', 'const'])
    return { fallback }
  }
  const text = compileText(c, node, place, ['default'])
  if (text === null) return null
  return fallback === undefined ? { text } : { text, fallback }
}

function knownUnit(c: Compiling, node: Node | undefined, target: string): string | null | undefined {
  if (node === undefined) return undefined
  const text = textOf(c, node, target)
  if (text === null || unitOf(text) !== undefined) return text
  c.mistakes.add(node.at, target, 'bad_unit', { found: text })
  return null
}

function ownUnits(c: Compiling, map: MapNode, target: string): Record<string, string> | null | undefined {
  const node = entryOf(map, 'units')
  if (node === undefined) return undefined
  if (node.is !== 'map') {
    c.mistakes.add(node.at, `${target}.units`, 'not_map', { wanted: 'units: { 羽: 片 }' })
    return null
  }
  const units: Record<string, string> = {}
  for (const { name, value } of node.entries.values()) {
    const unit = knownUnit(c, value, `${target}.units.${name}`)
    if (typeof unit !== 'string') return null
    units[name] = unit
  }
  return units
}
