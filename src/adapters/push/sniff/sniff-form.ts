import type { ReadOptions } from '#core/source.ts'
import { listIn } from './sniff-json.ts'

/** A form of which one field holds JSON; null where the text is no form. */
export function sniffForm(text: string): ReadOptions | null {
  if (!/^[A-Za-z_][\w.-]{0,60}=/.test(text) || text.slice(0, 2000).includes('\n')) return null
  for (const [field, value] of new URLSearchParams(text)) {
    if (!/^\s*[[{]/.test(value)) continue
    return { format: 'form', form: { field, format: 'json' }, ...listIn(value) }
  }
  return null
}
