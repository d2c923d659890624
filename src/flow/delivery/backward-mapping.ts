import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { BackwardMapping } from './ports.ts'

/** The backward mappings of the installed systems by the name that a link gives: `<system>/<record>`. */
export const backwardMappings =
  (registry: Registry) =>
  (name: string): BackwardMapping | null => {
    const [system = '', record = ''] = name.split('/')
    const mapping = registry.system(system)?.records.get(record)?.mapping
    return mapping?.write ? toJson(mapping.write) : null
  }

/** One change at a time, because each gets a verdict of its own; the contract of a pushed batch carries JSON. */
const toJson =
  (write: NonNullable<CompiledMapping['write']>): BackwardMapping =>
  (record) => {
    try {
      const written = write([JSON.parse(record) as CanonicalRecord])
      if (!('text' in written) || !/\bjson\b/.test(written.contentType)) return notJson(written.contentType)
      return { ok: true, text: written.text }
    } catch (error) {
      return { ok: false, code: 'mapping_failed', detail: error instanceof Error ? error.message : 'unknown' }
    }
  }

const notJson = (contentType: string): ReturnType<BackwardMapping> => ({
  ok: false,
  code: 'not_json',
  detail: `the mapping writes ${contentType}; a batch carries JSON`,
})
