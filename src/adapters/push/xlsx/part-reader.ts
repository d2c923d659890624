import { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { DEPTH_MAX, TAGLESS_MAX_CHARS } from './limits.ts'
import { damaged } from './refuse.ts'

/** Attributes of an element by their names without prefix. */
export type Attributes = Readonly<Record<string, string>>

/** What is called for each element, by its name without prefix, and for each text. */
export interface PartEvents {
  open(name: string, attributes: Attributes): void
  close?(name: string): void
  text?(text: string): void
}

const ENTITIES = Object.assign(Object.create(null), { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })
const BY_PROGRAM = 'send a workbook that a spreadsheet program saved'

/**
 * Tells of the elements and texts of a part while its bytes come. Document type declarations and entities of its own are refused, as
 * are elements too deep inside each other and texts without an end. Resumes the caller after each piece.
 */
export async function* readPart(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  events: PartEvents,
): AsyncGenerator<undefined> {
  const parser = new SaxesParser({ position: false, xmlns: false } as const)
  let depth = 0
  let since = 0
  const fail = (reason: string, fix?: string): never => {
    throw damaged(name, reason, fix)
  }
  parser.ENTITIES = ENTITIES
  parser.on('opentag', ({ name: tag, attributes }) => {
    since = 0
    if (++depth > DEPTH_MAX) fail(`more than ${DEPTH_MAX} elements inside each other`, BY_PROGRAM)
    events.open(local(tag), localNames(attributes))
  })
  parser.on('closetag', (tag) => {
    since = 0
    depth--
    events.close?.(local(tag.name))
  })
  const { text } = events
  if (text) {
    parser.on('text', (found) => text(found))
    parser.on('cdata', (found) => text(found))
  }
  parser.on('doctype', () => fail('a document type declaration is not allowed', BY_PROGRAM))
  parser.on('error', (error) => fail(error.message.replace(/\.$/, '')))
  for await (const piece of decoded(bytes, name)) {
    since += piece.length
    parser.write(piece)
    if (since > TAGLESS_MAX_CHARS + piece.length) fail('a text that does not end', BY_PROGRAM)
    yield
  }
  parser.close()
  yield
}

/** Reads a small part to its end. */
export async function readWholePart(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  events: PartEvents,
): Promise<void> {
  for await (const _ of readPart(bytes, name, events));
}

const local = (name: string): string => {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

function localNames(attributes: Readonly<Record<string, string>>): Attributes {
  for (const name in attributes) {
    if (!name.includes(':')) continue
    const own: Record<string, string> = Object.create(null)
    for (const [key, value] of Object.entries(attributes)) own[local(key)] ??= value
    return own
  }
  return attributes
}

/** UTF-8, or UTF-16 by its byte order mark: the two that a part may be written in. */
async function* decoded(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  try {
    for await (const piece of bytes) {
      decoder ??= new TextDecoder(encodingOf(piece), { fatal: true })
      const text = decoder.decode(piece, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder?.decode() ?? ''
    if (rest !== '') yield rest
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new DecodeRefusal('E_ENCODING', name, 'bytes that are no text', BY_PROGRAM)
    throw error
  }
}

function encodingOf([a, b]: Uint8Array): string {
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8'
}
