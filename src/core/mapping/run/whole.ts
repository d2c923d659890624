import type { ForwardPlan } from '#core/mapping/compile/forward.ts'
import type { MappedSource, MappedWhole } from '#core/mapping/mapping.ts'
import { recordKey } from '#core/model/identity.ts'
import type { SourceRecord } from '#core/source.ts'
import { placeOf, type Run } from './run.ts'

/** Makes a run ready for a source record; false where that is no object. */
type Begin = (source: SourceRecord) => boolean

/** Stands in no key of an order: what the sheets of one stall have in common is none of them. */
const SHEETS = '*'

/**
 * Adds to a line which order or sheets it belongs to, and at the last one which lines there are: also those that are rejected, as long as their keys can be
 * read. Without a key that can be trusted they are not sure, and nothing ends.
 */
export function withWhole(
  plan: ForwardPlan,
  run: Run,
  begin: Begin,
  source: SourceRecord,
  mapped: MappedSource,
): MappedSource {
  if (plan.whole === null || source.whole === undefined || source.issues.length > 0) return mapped
  const { first, lines, cutAt } = source.whole
  begin(source)
  const key = plan.whole.key(run)
  if (key === null) return mapped
  const order = plan.order === null ? undefined : plan.order(run)
  const lacksOrderAt = plan.order !== null && order === undefined ? placeOf(run, run.field) : undefined
  const { inKey } = plan.whole
  const whole: MappedWhole = {
    id: recordKey(plan.system, plan.record, key),
    key,
    first,
    kinds: [...new Set(plan.emits.filter((emit) => emit.key === null).map(({ kind }) => kind))],
    ...(order === undefined ? {} : { order }),
    ...(lacksOrderAt === undefined ? {} : { lacksOrderAt }),
    ...(inKey === null
      ? {}
      : { among: recordKey(plan.system, plan.record, [...key.filter((_, i) => inKey[i]), SHEETS]) }),
    ...(lines === undefined ? {} : keysOf(plan, run, begin, lines, cutAt)),
  }
  return { ...mapped, whole }
}

/** What the identifiers of the records of all lines have behind their kind, and which of them cannot be told. */
function keysOf(
  plan: ForwardPlan,
  run: Run,
  begin: Begin,
  lines: readonly SourceRecord[],
  cutAt: string | undefined,
): Pick<MappedWhole, 'lines' | 'unsure'> {
  const keys = new Set<string>()
  let unreadAt: string | undefined
  for (const line of lines) {
    const key = line.issues.length === 0 && begin(line) ? plan.key(run) : null
    if (key === null) unreadAt ??= line.path
    else keys.add(recordKey(plan.system, plan.record, key))
  }
  if (cutAt !== undefined) return { lines: keys, unsure: { why: 'many', at: cutAt } }
  return { lines: keys, ...(unreadAt === undefined ? {} : { unsure: { why: 'key', at: unreadAt } }) }
}
