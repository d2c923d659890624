import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { normaliseKey } from '#core/text.ts'

/** The spellings of the names of one level, and of what is below each. */
interface Level {
  /** By the name in small letters, in one width and without blanks around it. */
  readonly spellings: Map<string, string>
  readonly below: Map<string, Level>
}

const level = (): Level => ({ spellings: new Map(), below: new Map() })

/**
 * Brings the names of fields to the spelling in which the mapping has them, whatever the case and width of their letters and the
 * blanks around them. Where a record has a name in two spellings, that of the mapping counts, unless it is empty there.
 * @param paths source fields that the mapping names, dotted
 */
export function anyCase(paths: Iterable<string>): (source: SourceRecord) => SourceRecord {
  const root = level()
  for (const path of paths) {
    let at = root
    for (const step of stepsOf(path) ?? []) {
      at.spellings.set(normaliseKey(step), step)
      let next = at.below.get(step)
      if (next === undefined) {
        next = level()
        at.below.set(step, next)
      }
      at = next
    }
  }
  return (source) => {
    const value = spelt(source.value, root)
    return value === source.value ? source : { ...source, value }
  }
}

/** Names that differ in nothing but case, width and blanks, in pairs: no record could tell them apart. */
export function alike(paths: Iterable<string>): readonly (readonly [string, string])[] {
  const seen = new Map<string, string>()
  const pairs = new Map<string, [string, string]>()
  for (const path of paths) {
    const steps = stepsOf(path) ?? []
    steps.forEach((_, i) => {
      const name = steps.slice(0, i + 1).join('.')
      const key = normaliseKey(name)
      const other = seen.get(key) ?? name
      if (other === name) seen.set(key, name)
      else pairs.set(key, [other, name])
    })
  }
  return [...pairs.values()]
}

function spelt(value: SourceValue, names: Level): SourceValue {
  if (names.spellings.size === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((member) => spelt(member, names))
  const made: { [name: string]: SourceValue } = {}
  const others: string[] = []
  for (const name of Object.keys(value)) {
    const spelling = names.spellings.get(normaliseKey(name))
    if (spelling !== undefined && spelling !== name) others.push(name)
    else made[name] = below(value[name], names.below.get(name))
  }
  for (const name of others) {
    const spelling = names.spellings.get(normaliseKey(name)) ?? name
    const isTaken = Object.hasOwn(made, spelling) && made[spelling] !== '' && made[spelling] !== null
    made[isTaken ? name : spelling] = below(value[name], names.below.get(spelling))
  }
  return made
}

const below = (value: SourceValue | undefined, names: Level | undefined): SourceValue =>
  value === undefined ? null : names === undefined ? value : spelt(value, names)
