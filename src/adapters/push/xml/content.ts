import type { SourceValue } from '#core/source.ts'
import type { XmlFields } from './row.ts'

/** Name of the text beside children. */
export const TEXT = '#text'

/** An element that was read to its end. */
export interface Element {
  readonly name: string
  /** Its children, and its attributes as `@name`; null where it has neither. */
  readonly fields: XmlFields | null
  readonly text: string
}

/** What an element inside a row comes to: its text, or its children and attributes where it has such that say something. */
export function contentOf(element: Element): SourceValue {
  const text = trimBlanks(element.text)
  const { fields } = element
  if (!fields || !(hasChildren(fields) || (text === '' && saysByAttributes(fields)))) return text
  if (text !== '') fields[TEXT] = text
  return fields
}

/**
 * What the attributes of an element say that is a text itself: `<kg unit="斤">120</kg>` is `kg` and `kg@unit`. Of the second and later ones of a name they
 * are a list, with an empty text for each element before that has none.
 */
export function besideText(element: Element, place: number, fields: XmlFields): void {
  for (const [name, value] of Object.entries(element.fields ?? {})) {
    if (!isSaying(name)) continue
    const beside = `${element.name}${name}`
    const earlier = Object.hasOwn(fields, beside) ? fields[beside] : undefined
    const list: SourceValue[] = Array.isArray(earlier) ? earlier : earlier === undefined ? [] : [earlier]
    while (list.length < place) list.push('')
    list.push(value)
    fields[beside] = place === 0 ? value : list
  }
}

/** Whether an element without text and children says something all the same: not only its namespace or type. */
const saysByAttributes = (fields: XmlFields): boolean => Object.keys(fields).some(isSaying)

const isSaying = (name: string): boolean => !name.startsWith('@xmlns') && !name.includes(':')

/** Children, whatever attributes there are. */
function hasChildren(fields: XmlFields): boolean {
  for (const name of Object.keys(fields)) if (!name.startsWith('@')) return true
  return false
}

const isBlank = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** Without the blanks of XML at both ends; a full-width blank belongs to the text. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}
