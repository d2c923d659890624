import { type Compiling, entryOf, mapOf, type Plan } from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { bitsOf } from '#core/mapping/run/flag-bits.ts'
import { memo, memoYear } from '#core/mapping/run/memo.ts'
import { keepRaw, note, type Run } from '#core/mapping/run/run.ts'
import { isRuined, nameOf } from '#core/mapping/run/words.ts'
import { AREA_REASONS, type AreaFlag, type RegionReading, readRegion } from '#core/model/read-region.ts'
import type { Region } from '#core/model/values.ts'
import { countryOf } from '#core/regions/countries.ts'
import { compileText, type TextPlan } from './text.ts'

/**
 * Region: `code` (GB/T 2260, or a node, operator or credit code that holds one), `name`, or both, read in the year of `occurredAt`.
 * `from` takes either: digits are a code. The code decides. What leads to several places comes back as candidates; nothing is
 * chosen. Where the goods are imported: `{ country: field }`, three letters of ISO 3166-1;
 * a name that is the Chinese name of a country is that country.
 */
export const REGION_EXAMPLE = {
  mapping: '{ code: areaCode, name: areaName }',
  target: 'origin',
  in: { areaCode: '330621', areaName: '绍兴县' },
  out: { candidates: ['330602', '330603'], writtenAs: '330621', year: 2024 },
} as const

interface Remembered extends RegionReading {
  readonly bits: number
}

const NAMES = ['code', 'name'] as const

export function compileRegion(c: Compiling, node: Node, target: string): Plan<Region> | null {
  if (node.is === 'map' && node.entries.has('country')) return compileCountry(c, node, target)
  const parts = partsOf(c, node, target)
  if (parts === null) return null
  const { code, name } = parts
  const byCode = memoYear(remembered)
  const byName = memoYear((name: string, _none: string, year: number) => remembered('', name, year))
  const evaluate = (run: Run): Region | undefined => {
    let codeText = code === null ? '' : (code.read(run) ?? '')
    const codeField = run.field
    let nameText = name === null ? '' : (name.read(run) ?? '')
    if (nameText !== '') nameText = nameOf(run, nameText, target) ?? ''
    if (name === null && !isCode(codeText)) {
      nameText = codeText === '' ? '' : (nameOf(run, codeText, target) ?? '')
      codeText = ''
    }
    if (codeText === '' && nameText === '') return undefined
    const found = codeText === '' ? byName(nameText, '', run.year) : byCode(codeText, nameText, run.year)
    if (found.bits !== 0) {
      if (codeText !== '') run.field = codeField
      if (isRuined(run, codeText, target)) return undefined
      tell(run, found, codeText === '' ? nameText : codeText, target)
    }
    if (found.otherName !== undefined) keepRaw(run, target, found.otherName)
    return found.region
  }
  return { evaluate, verb: 'region' }
}

function compileCountry(c: Compiling, node: MapNode, target: string): Plan<Region> | null {
  const map = mapOf(c, node, target, ['country'])
  const field = map === null ? undefined : entryOf(map, 'country')
  const plan = field === undefined ? null : compileText(c, field, `${target}.country`)
  if (plan === null) return null
  const find = memo((text) => ({ country: countryOf(text) }))
  return {
    verb: 'region',
    evaluate: (run) => {
      const text = plan.read(run)
      if (text === undefined || isRuined(run, text, target)) return undefined
      const { country } = find(text)
      if (country !== undefined) return { country: country.code, name: country.name, year: run.year }
      note(run, 'W_ENUM_UNKNOWN', 'enum_unknown', { target, value: text })
      return { writtenAs: text, year: run.year }
    },
  }
}

function partsOf(
  c: Compiling,
  node: Node,
  target: string,
): { code: TextPlan | null; name: TextPlan | null } | null {
  if (node.is !== 'map' || !NAMES.some((name) => node.entries.has(name))) {
    const plan = compileText(c, node, target)
    return plan === null ? null : { code: plan, name: null }
  }
  for (const entry of node.entries.values()) {
    if (!(NAMES as readonly string[]).includes(entry.name))
      c.mistakes.add(entry.at, target, 'unknown_name', { found: entry.name, known: NAMES })
  }
  const codeNode = entryOf(node, 'code')
  const nameNode = entryOf(node, 'name')
  const code = codeNode === undefined ? null : compileText(c, codeNode, `${target}.code`)
  const name = nameNode === undefined ? null : compileText(c, nameNode, `${target}.name`)
  const isWhole = (codeNode === undefined || code !== null) && (nameNode === undefined || name !== null)
  return isWhole ? { code, name } : null
}

/** Two digits and more at the start: no name of a place begins so. */
function isCode(text: string): boolean {
  const first = text.charCodeAt(0)
  const second = text.charCodeAt(1)
  return (
    (first >= 0x30 && first <= 0x39 && second >= 0x30 && second <= 0x39) ||
    (first >= 0xff10 && first <= 0xff19)
  )
}

function remembered(code: string, name: string, year: number): Remembered {
  const reading = readRegion(code, name, year)
  return { ...reading, bits: bitsOf(reading.flags) }
}

const AREA_FLAGS = Object.keys(AREA_REASONS) as AreaFlag[]

function tell(run: Run, found: Remembered, value: string, target: string): void {
  for (const flag of AREA_FLAGS)
    if ((found.bits & bitsOf([flag])) !== 0) note(run, flag, AREA_REASONS[flag], { target, value })
}
