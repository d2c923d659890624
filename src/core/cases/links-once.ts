import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'

/**
 * Gives the links that lead one step from the codes and that count for the case: sure enough, and of its goods. In an order that is the same for the
 * same links.
 */
export type StepReader = (codes: readonly GraphCode[], way: 'back' | 'forward') => Promise<readonly Link[]>

/** A reader that asks for the links of each code once a way, and all that it has read; a link that both ways came to is there twice. */
export function linksOnce(step: StepReader): { readonly step: StepReader; readonly read: () => Link[] } {
  const known = { back: new Map<GraphCode, Link[]>(), forward: new Map<GraphCode, Link[]>() }
  return {
    step: async (codes, way) => {
      const before = known[way]
      const fresh = codes.filter((code) => !before.has(code))
      const links = fresh.length === 0 ? [] : await step(fresh, way)
      for (const code of fresh) before.set(code, [])
      for (const link of links) before.get(way === 'back' ? link.to : link.from)?.push(link)
      // Where nothing was known before, in the order of the reader: by it a case decides what leads to a code first.
      return fresh.length === codes.length ? links : codes.flatMap((code) => before.get(code) ?? [])
    },
    read: () => [...known.back.values(), ...known.forward.values()].flat(),
  }
}
