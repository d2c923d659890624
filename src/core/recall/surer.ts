import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'

/** What is reached from the sources over links that are at least so sure: the same as a walk that takes no others. */
export function surer(
  links: readonly Link[],
  sources: readonly GraphCode[],
  confidence: number,
): { readonly codes: GraphCode[]; readonly links: Link[] } {
  // The database holds confidences in four bytes.
  const least = Math.fround(confidence)
  const sure = links.filter((link) => link.confidence >= least)
  const forward = Map.groupBy(sure, ({ from }) => from)
  const reached = new Set(sources)
  // A set is read while it grows.
  for (const code of reached) for (const { to } of forward.get(code) ?? []) reached.add(to)
  return { codes: [...reached], links: sure.filter(({ from }) => reached.has(from)) }
}
