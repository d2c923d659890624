import { isDeepStrictEqual } from 'node:util'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { DEFAULT_SEES, sharedRecord } from '#core/model/sharing.ts'

type Part = Readonly<Record<string, unknown>>
const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a source wrote for a value: with another value it is wrong. */
const WRITTEN: ReadonlySet<string> = new Set(['raw', 'rawUnit', 'packs', 'writtenAs'])

/**
 * What an accepted claim makes of a record: what it says, and of what its owner knows all that the way of the claim may have left out. A link mostly shows neither buyers nor
 * amounts nor what is of persons, and whoever corrects a weight over it says nothing of them. What the claim itself says of these counts.
 * @param known the newest body that the owner has
 */
export function keptByOwner(kind: Kind, known: Body, claimed: Body): Body {
  const shown = sharedRecord({ ...known, kind } as CanonicalRecord, DEFAULT_SEES)
  if (shown === null) return claimed
  const { kind: _, ...seen } = shown
  return merged({ ...known }, seen as unknown as Part, { ...claimed }) as unknown as Body
}

/** @param shown what of the known part goes over such a link */
function merged(known: Part, shown: Part, claimed: Part): Part {
  const made: Record<string, unknown> = { ...claimed }
  const isSame = isDeepStrictEqual(shown, claimed)
  for (const [name, value] of Object.entries(known)) {
    const [said, seen] = [claimed[name], shown[name]]
    if (value === undefined || (WRITTEN.has(name) && !isSame)) continue
    if (seen === undefined) made[name] = said ?? value
    else if (Array.isArray(value) && Array.isArray(seen)) {
      const list = mergedList(value, seen, Array.isArray(said) ? said : [])
      if (said !== undefined || list.length > 0) made[name] = list
    } else if (isPart(value) && isPart(seen) && isPart(said)) made[name] = merged(value, seen, said)
  }
  return made
}

/** Members with a role stand for each other by it and by their turn in it. One that was not shown, and of whose role the claim says nothing, stays. */
function mergedList(
  known: readonly unknown[],
  shown: readonly unknown[],
  said: readonly unknown[],
): unknown[] {
  const made = [...said]
  const taken = new Set<number>()
  let at = 0
  for (const member of known) {
    if (!isPart(member) || member['role'] === undefined) continue
    const seen = shown[at]
    const isShown = isPart(seen) && isShownOf(seen, member)
    if (isShown) at++
    const place = said.findIndex((one, n) => !taken.has(n) && isPart(one) && one['role'] === member['role'])
    if (place < 0) {
      if (!isShown) made.push(member)
      continue
    }
    taken.add(place)
    if (isShown) made[place] = merged(member, seen, said[place] as Part)
  }
  return made
}

/** Whether a part is what is shown of another: each of its plain values is that of the other. */
const isShownOf = (seen: Part, part: Part): boolean =>
  Object.entries(seen).every(([name, value]) => typeof value === 'object' || value === part[name])
