import type { Output } from './fields.ts'

/** An element with what is in it; a list gives one element for each member. `words` writes the texts, escaped where it is not said. */
export function element(name: string, value: Output, words: (text: string) => string = escaped): string {
  if (Array.isArray(value)) return value.map((member) => element(name, member, words)).join('')
  if (typeof value !== 'object') return `<${name}>${words(String(value))}</${name}>`
  const inner = Object.entries(value).map(([child, part]) => element(child, part, words))
  return `<${name}>${inner.join('')}</${name}>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 has no place for most control characters, not even escaped. */
export const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
