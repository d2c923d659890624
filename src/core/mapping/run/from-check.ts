import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { FROM_PARTS, tellsFrom } from '#core/model/where-from.ts'
import { note, type Run } from './run.ts'

/** Marks a dispatch that does not say where the goods left. @param values the parts of the record */
export type FromCheck = (run: Run, values: readonly unknown[]) => void

/**
 * The check for one kind of record; null for kinds that are no dispatch.
 * @param plans the parts, in the order of their values, each with the first source field that it reads
 */
export function fromCheck(
  kind: Kind,
  plans: readonly { readonly target: string; readonly field: string }[],
): FromCheck | null {
  if (kind !== 'dispatch') return null
  const [sites, origin, region] = FROM_PARTS.map((name) =>
    plans.findIndex(({ target }) => target === name),
  ) as [number, number, number]
  const field = plans[[sites, origin, region].find((place) => place >= 0) ?? -1]?.field ?? ''
  return (run, values) => {
    const body = {
      sites: values[sites],
      origin: values[origin],
      region: values[region],
    } as Pick<Body, (typeof FROM_PARTS)[number]>
    if (!run.isVoid && !tellsFrom(kind, body))
      note(run, 'E_SCHEMA', 'no_from', { target: `${kind}.sites`, field })
  }
}
