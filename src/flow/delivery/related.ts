import type { Pool } from 'pg'
import type { RelatedFound, RelatedStep } from '#core/mapping/backward/related.ts'
import { viewOf } from '#core/mapping/backward/view.ts'
import type { Row } from '#core/mapping/run/run.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { SHARING_CLASSES, type SharingClass, seesAll, sharedRecord } from '#core/model/sharing.ts'
import type { Alias } from '#core/model/values.ts'
import { isPersonalCode } from '#core/personal.ts'
import { codeParts, codeText } from '#core/reference/describe.ts'
import type { SourceValue } from '#core/source.ts'
import { aliasesOf } from '#store/aliases.ts'
import { partiesByCodes, recordsByCodes } from '#store/related.ts'

/** Where facts are looked up that records refer to; each call asks for a whole batch. */
export interface RelatedSources {
  /** All codes of the parties that have one of the codes (`<scheme>:<value>`). */
  partiesByCodes(codes: readonly string[]): Promise<ReadonlyMap<string, readonly Alias[]>>
  /** Newest active records of a kind that mention the code, as the lot graph writes codes. */
  recordsByCodes(
    kind: 'document' | 'production' | 'entry',
    codes: readonly string[],
  ): Promise<ReadonlyMap<string, readonly CanonicalRecord[]>>
}

/** Facts from the records that are stored, and from the cards of parties. */
export const relatedSources = (pool: Pool): RelatedSources => ({
  partiesByCodes: async (codes) => {
    // Cards know what several systems and persons said, and are made after COMMIT; a record says its codes at once.
    const [said, cards] = await Promise.all([
      partiesByCodes(pool, codes),
      aliasesOf(pool, codes.map(codeParts)),
    ])
    return new Map(
      codes.map((code) => {
        const all = [...(said.get(code) ?? []), ...(cards.get(code) ?? [])]
        return [code, [...new Map(all.map((alias) => [codeText(alias), alias])).values()]]
      }),
    )
  },
  recordsByCodes: (kind, codes) => recordsByCodes(pool, kind, codes),
})

const NOTHING: RelatedFound = { aliases: new Map(), records: new Map() }

/** What each record refers to, by the names of the steps: one question for each step, whatever the number of records. */
export async function loadRelated(
  sources: RelatedSources,
  steps: readonly RelatedStep[],
  records: readonly CanonicalRecord[],
  sees: readonly SharingClass[] = SHARING_CLASSES,
): Promise<readonly Row[]> {
  const related: { [name: string]: SourceValue }[] = records.map(() => ({}))
  if (steps.length === 0) return related
  const rows: Row[] = records.map((record, i) => ({ ...viewOf(record), related: related[i] as SourceValue }))
  for (const step of steps) {
    const codes = [...new Set(rows.flatMap((row) => step.codes(row)))]
    const found = codes.length === 0 ? NOTHING : sharedFound(await lookUp(sources, step, codes), sees)
    for (const [i, row] of rows.entries()) {
      const value = step.choose(row, found)
      if (value !== undefined) (related[i] as { [name: string]: SourceValue })[step.name] = value
    }
  }
  return related
}

/** What was found, as far as it may be seen. */
function sharedFound(found: RelatedFound, sees: readonly SharingClass[]): RelatedFound {
  if (seesAll(sees)) return found
  const isSeen = (alias: Alias): boolean => sees.includes('personal') || !isPersonalCode(alias)
  return {
    aliases: new Map(
      [...found.aliases].map(([code, aliases]) => [
        code,
        sees.includes('partner') ? aliases.filter(isSeen) : [],
      ]),
    ),
    records: new Map(
      [...found.records].map(([code, records]) => [
        code,
        records.flatMap((record) => sharedRecord(record, sees) ?? []),
      ]),
    ),
  }
}

const lookUp = async (
  sources: RelatedSources,
  { what }: RelatedStep,
  codes: readonly string[],
): Promise<RelatedFound> =>
  what === 'party'
    ? { ...NOTHING, aliases: await sources.partiesByCodes(codes) }
    : { ...NOTHING, records: await sources.recordsByCodes(what, codes) }
