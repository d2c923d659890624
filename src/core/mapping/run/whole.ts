import type { ForwardPlan } from '#core/mapping/compile/forward.ts'
import type { MappedSource, MappedWhole } from '#core/mapping/mapping.ts'
import { recordKey } from '#core/model/identity.ts'
import type { SourceRecord } from '#core/source.ts'
import { placeOf, type Run } from './run.ts'

/** Makes a run ready for a source record; false where that is no object. */
type Begin = (source: SourceRecord) => boolean

/**
 * Adds to a line which order it belongs to, and at the last one which lines there are: also those that are rejected, as long as their keys can be read.
 * Without a key that can be trusted nothing is said, and nothing ends.
 */
export function withWhole(
  plan: ForwardPlan,
  run: Run,
  begin: Begin,
  source: SourceRecord,
  mapped: MappedSource,
): MappedSource {
  if (plan.whole === null || source.whole === undefined || source.issues.length > 0) return mapped
  const { first, lines } = source.whole
  begin(source)
  const key = plan.whole(run)
  if (key === null) return mapped
  const order = plan.order === null ? undefined : plan.order(run)
  const lacksOrderAt = plan.order !== null && order === undefined ? placeOf(run, run.field) : undefined
  const told = lines && keysOf(plan, run, begin, lines)
  const whole: MappedWhole = {
    id: recordKey(plan.system, plan.record, key),
    key,
    first,
    kinds: [...new Set(plan.emits.filter((emit) => emit.key === null).map(({ kind }) => kind))],
    ...(order === undefined ? {} : { order }),
    ...(lacksOrderAt === undefined ? {} : { lacksOrderAt }),
    ...(told === undefined ? {} : { lines: told }),
  }
  return { ...mapped, whole }
}

/** What the identifiers of the records of all lines have behind their kind; null where one of them cannot be told. */
function keysOf(
  plan: ForwardPlan,
  run: Run,
  begin: Begin,
  lines: readonly SourceRecord[],
): ReadonlySet<string> | null {
  const keys = new Set<string>()
  for (const line of lines) {
    if (line.issues.length > 0 || !begin(line)) return null
    const key = plan.key(run)
    if (key === null) return null
    keys.add(recordKey(plan.system, plan.record, key))
  }
  return keys
}
