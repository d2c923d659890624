import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { type Mentions, readMentions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** The records of nodes, of which some are read while others are still looked for. */
export interface MentionsAhead {
  /** Begins to read what mentions those of these codes that were not begun yet, once what was begun before is there. */
  begin(codes: readonly string[]): void
  /** What mentions these codes; all that were begun are among them. */
  of(codes: readonly string[]): Promise<Mentions>
}

/** Reads what was begun on one connection, so that a walk takes two of the pool at most. */
export function readMentionsAhead(
  reader: Reader,
  bounds: { readonly at: string | null; readonly perCode: number },
): MentionsAhead {
  const begun = new Set<string>()
  const opened = new Map<string, TracedRecord>()
  const parts: Promise<Mentions>[] = []
  const fresh = (codes: readonly string[]): string[] => codes.filter((code) => !begun.has(code))
  const read = (codes: readonly string[]): Promise<Mentions> =>
    readMentions(reader, codes, { ...bounds, opened })
  return {
    begin(codes) {
      const some = fresh(codes)
      for (const code of some) begun.add(code)
      const part = (parts.at(-1) ?? Promise.resolve()).then(() => read(some))
      part.catch(() => {}) // whoever asks for it gets the error
      parts.push(part)
    },
    async of(codes) {
      const all = await Promise.all([...parts, read(fresh(codes))])
      return {
        records: new Map(all.flatMap(({ records }) => [...records])),
        more: new Set(all.flatMap(({ more }) => [...more])),
      }
    },
  }
}
