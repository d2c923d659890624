import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { refuseEmpty } from '#adapters/push/empty.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { bareAmpersand, cutXml, refuseXml } from '#adapters/push/xml/refuse.ts'
import { ENTITIES, localName, namespaceIn, versionOf } from './names.ts'

/**
 * The text of one element in the body of a SOAP envelope, whether it is CDATA or escaped. The element is told by its name without
 * prefix, at any depth in the body.
 * @throws DecodeRefusal where there is no envelope, no such element or two, or something else than text in it
 */
export function envelopeText(envelope: string, field: string, maxDepth: number): string {
  refuseEmpty(envelope, 'XML')
  const text = envelope.trimStart()
  const parser = new SaxesParser({ xmlns: false, position: true } as const)
  parser.ENTITIES = ENTITIES
  const open: SaxesTagPlain[] = []
  const fail = (reason: string) => refuseXml(reason, parser.line, parser.columnIndex + 1)
  let found: string | null = null
  /** Depth of the element while it is open; 0 outside of it. */
  let inside = 0
  let ended = false
  let told = { at: 0, line: 1 }

  parser.on('error', (error) => {
    throw ended
      ? (bareAmpersand(text.slice(told.at), told.line) ?? cutXml(localOf(open.at(-1))))
      : fail(error.message)
  })
  parser.on('doctype', () => {
    throw fail('doctype')
  })
  parser.on('opentag', (tag) => {
    told = { at: parser.position, line: parser.line }
    if (open.length >= maxDepth) throw fail('the XML is nested too deep')
    if (inside > 0) throw notText(field, tag.name)
    open.push(tag)
    checkFrame(open)
    if (open.length < 3 || localOf(open[1]) !== 'Body' || localOf(tag) !== field) return
    if (found !== null) throw refusal(field, `the envelope has ${field} twice`, `send one ${field}`)
    found = ''
    inside = open.length
  })
  parser.on('closetag', () => {
    told = { at: parser.position, line: parser.line }
    if (open.length === inside) inside = 0
    open.pop()
  })
  const characters = (part: string) => {
    told = { at: parser.position, line: parser.line }
    if (inside > 0) found = (found ?? '') + part
  }
  parser.on('text', characters)
  parser.on('cdata', characters)
  parser.write(text)
  ended = true
  parser.close()
  if (found === null) throw refusal(field, `the envelope has no ${field}`, `send the records in ${field}`)
  return found
}

/** The two outermost elements are those of an envelope; a header stands beside the body and is not looked into. */
function checkFrame(open: readonly SaxesTagPlain[]): void {
  const [root, part] = open
  if (root && open.length === 1 && !(localOf(root) === 'Envelope' && versionOf(namespaceOf(open))))
    throw refusal(root.name, `no SOAP envelope, but ${root.name}`, 'send an envelope of SOAP 1.1 or 1.2')
  if (root && part && open.length === 2 && !(PARTS.has(localOf(part)) && versionOf(namespaceOf(open))))
    throw refusal(
      part.name,
      `${part.name} in place of the body`,
      'send the envelope with Header and Body only',
    )
}

const PARTS: ReadonlySet<string | null> = new Set(['Header', 'Body'])

const localOf = (tag: SaxesTagPlain | undefined): string | null =>
  tag === undefined ? null : localName(tag.name)

const namespaceOf = (open: readonly SaxesTagPlain[]): string => namespaceIn(open, open.at(-1)?.name ?? '')

const refusal = (at: string, reason: string, fix: string) => new DecodeRefusal('E_SCHEMA', at, reason, fix)

const notText = (field: string, name: string): DecodeRefusal =>
  refusal(
    field,
    `the element ${name} in place of a text`,
    `send the XML document in ${field} as CDATA, or escaped`,
  )
