import type { Issue } from '#core/issue.ts'
import type { SharingClass } from '#core/model/sharing.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { Change } from '#store/changes.ts'
import { backwardMappings, canonicalMapping, writingMapping } from './backward-mapping.ts'
import { changeText } from './batch.ts'
import { eventId } from './event-id.ts'
import type { RelatedSources } from './related.ts'

/** Nothing is sent to a receiver that pulls. */
export const PULLS = {
  code: 'E_SCHEMA',
  reason: 'the receiver of this link pulls',
  fix: 'Let it read /v1/changes again without "after": what it has comes with the event that it had.',
} as const satisfies Omit<Issue, 'path'>

/** What a link of a receiver that pulls makes of changes. */
export interface PullingLink {
  readonly id: string
  readonly mapping: string
  readonly sees: readonly SharingClass[]
}

/** Changes as the receiver of a link reads them, as JSON texts; those that do not concern it are left out. */
export type Pull = (changes: readonly Change[]) => Promise<readonly string[]>

/** The log as far as who reads it may see its records, as `shown` makes of the text of each what he may see. */
export const pullAll =
  (shown: (text: string) => string): Pull =>
  async (changes) =>
    changes.map((change) => {
      const { recordId, version, outOfSight } = change
      // Who sees more some day gets the version itself, which is another event.
      const event = eventId(outOfSight ? 'out of sight' : 'feed', recordId, version)
      const text = changeText(event, change, shown(change.text))
      return outOfSight ? `${text.slice(0, -1)},"outOfSight":true}` : text
    })

/**
 * What a link lets its receiver read: what it may see, in the format of its mapping. A document that is not JSON is the text of `record`. A
 * change that the mapping cannot write is there without its record and says why: nothing is left out in silence. Null where the mapping
 * is not there, has mistakes, or needs what may not be seen.
 */
export function pullOf(registry: Registry, sources: RelatedSources, link: PullingLink): Pull | null {
  const canonical = link.mapping === 'canonical'
  const mapping = canonical
    ? canonicalMapping(link.sees)
    : backwardMappings(registry, sources)(link.mapping, link.sees)
  if (!canonical && mapping === null) return null
  const isJson = canonical || writingMapping(registry, link.mapping)?.mapping.writes?.format === 'json'
  return async (changes) => {
    const prepared = mapping ? await mapping.prepare(changes) : null
    return changes.flatMap((change) => {
      const event = eventId(link.id, change.recordId, change.version)
      const one = prepared ? prepared.one(change) : { ok: true as const, text: change.text }
      if (!one.ok) {
        const problem = JSON.stringify({ code: one.code, detail: one.detail })
        return [`${changeText(event, change, 'null').slice(0, -1)},"problem":${problem}}`]
      }
      if (one.text === null) return []
      return [changeText(event, change, isJson ? one.text : JSON.stringify(one.text))]
    })
  }
}
