import { Unwritable } from '#core/mapping/backward/fields.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { Row } from '#core/mapping/run/run.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { classesOf, type SharingClass, seesAll, sharedRecord } from '#core/model/sharing.ts'
import type { InstalledSystem, Registry } from '#flow/systems/registry.ts'
import type { Change } from '#store/changes.ts'
import type { BackwardMapping, PreparedChanges } from './ports.ts'
import { loadRelated, type RelatedSources } from './related.ts'

type Write = NonNullable<CompiledMapping['write']>

/** The backward mapping of a name that a link gives (`<system>/<record>`), with the system that it writes for; null where there is none. */
export function writingMapping(
  registry: Registry,
  name: string,
): { readonly system: InstalledSystem; readonly mapping: CompiledMapping; readonly write: Write } | null {
  const [id = '', record = ''] = name.split('/')
  const system = registry.system(id)
  const mapping = system?.records.get(record)?.mapping
  return system && mapping?.write ? { system, mapping, write: mapping.write } : null
}

/** Paths of which the mapping needs one, and of which all hold what a link may not see: it could not tell such a record from one without a value. */
export const unseenNeed = (
  { needs = [] }: Pick<CompiledMapping, 'needs'>,
  sees: readonly SharingClass[],
): readonly string[] | undefined =>
  needs.find((paths) => paths.every((path) => classesOf(path).some((one) => !sees.includes(one))))

/** What a mapping is given of a record: what the link may see. Null where it may not see records of the kind. */
const seenOf = ({ text }: Change, sees: readonly SharingClass[]): CanonicalRecord | null =>
  sharedRecord(JSON.parse(text) as CanonicalRecord, sees)

/**
 * The backward mappings of the installed systems by the name that a link gives. What the link may not see is taken away before a mapping
 * runs, from the records and from what they refer to: no mapping can let out what its author forgot to hide. None where the mapping needs
 * what the link may not see, as one may that was changed after the link was made.
 */
export const backwardMappings =
  (registry: Registry, sources: RelatedSources) =>
  (name: string, sees: readonly SharingClass[]): BackwardMapping | null => {
    const found = writingMapping(registry, name)
    if (found === null || unseenNeed(found.mapping, sees)) return null
    const { mapping, system, write } = found
    return {
      async prepare(changes) {
        const seen = changes.flatMap((change) => {
          const record = seenOf(change, sees)
          return record === null ? [] : [{ change, record }]
        })
        const records = seen.map(({ record }) => record)
        const places = concerned(write, records)
        const own = places.map((place) => records[place] as CanonicalRecord)
        const related = await loadRelated(sources, mapping.related ?? [], own, sees)
        const known = new Map(
          places.map((place, i) => [
            seen[place]?.change as Change,
            { record: own[i], related: related[i] } as Known,
          ]),
        )
        return preparedChanges(system, write, (change) => known.get(change))
      },
    }
  }

/** The text of a canonical record as far as it may be seen; null where its kind may not. */
export function sharedText(change: Change, sees: readonly SharingClass[]): string | null {
  if (seesAll(sees)) return change.text
  const record = seenOf(change, sees)
  return record && JSON.stringify(record)
}

/** The canonical record as a link may see it; null where it sees everything and the record goes out as it is stored. */
export const canonicalMapping = (sees: readonly SharingClass[]): BackwardMapping | null =>
  seesAll(sees)
    ? null
    : {
        prepare: async () => ({
          one: (change) => ({ ok: true, text: sharedText(change, sees) }),
          writesMessages: false,
          messages: () => [],
        }),
      }

/** Places of the records that concern the receiver. Where one cannot be written at all, each is told by itself later. */
function concerned(write: Write, records: readonly CanonicalRecord[]): readonly number[] {
  try {
    return write(records).flatMap((message) => message.records)
  } catch {
    return records.map((_, i) => i)
  }
}

interface Known {
  readonly record: CanonicalRecord
  readonly related: Row
}

function preparedChanges(
  { receiver }: InstalledSystem,
  write: Write,
  known: (change: Change) => Known | undefined,
): PreparedChanges {
  const messages: PreparedChanges['messages'] = (changes, sent = {}) => {
    const all = changes.map((change) => known(change) as Known)
    const records = all.map(({ record }) => record)
    return write(records, { ...sent, related: all.map(({ related }) => related) })
  }
  return {
    writesMessages: true,
    messages,
    one(change) {
      if (known(change) === undefined) return { ok: true, text: null }
      try {
        const [written] = messages([change])
        if (written === undefined) return { ok: true, text: null }
        if (receiver?.voids === 'refuse' && change.status === 'void') return voided(change)
        if (written.file === null) return noFileName()
        return textOf(written.text)
      } catch (error) {
        return {
          ok: false,
          code: error instanceof Unwritable ? 'required_missing' : 'mapping_failed',
          detail: error instanceof Error ? error.message : 'unknown',
        }
      }
    },
  }
}

type One = ReturnType<PreparedChanges['one']>

const textOf = (text: string): One => ({ ok: true, text })

/** What was void from the start was never sent, and there is nothing to take back. */
const voided = ({ version }: Change): One =>
  version === 1
    ? { ok: true, text: null }
    : {
        ok: false,
        code: 'void_not_expressible',
        detail:
          'the record was made void, and the protocol of the receiver has no word for it: tell the receiver',
      }

const noFileName = (): One => ({
  ok: false,
  code: 'no_file_name',
  detail: 'the record lacks what the name of its file is made of',
})
