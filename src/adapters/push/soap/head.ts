import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { SoapVersion } from '#core/answer/answer.ts'
import { ENTITIES, ENVELOPE_OF, localName, namespaceIn, versionOf } from './names.ts'

/** Where the head of an envelope is looked for, at most. */
export const HEAD_MAX = 64 * 1024
const DEPTH_MAX = 32
const TEXT_MAX = 1024

export const SECURITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const NEXT: ReadonlySet<string> = new Set([
  'http://schemas.xmlsoap.org/soap/actor/next',
  'http://www.w3.org/2003/05/soap-envelope/role/next',
  'http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver',
])
/** What the hub understands of a security header: who calls, and when the message was made. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['UsernameToken', 'Timestamp'])

/** A password that came in the envelope. */
export interface UsernameToken {
  readonly password: string
  /** End of the name of its type: `PasswordText`, `PasswordDigest`. */
  readonly type: string
}

/** What stands in an envelope before the records: enough to know who sent it, in what version, and what for. */
export interface SoapHead {
  /** `other`: an envelope of no version that there is. Null: none has begun. */
  readonly version: SoapVersion | 'other' | null
  /** First element of the body, without prefix; null where it has not come. */
  readonly operation: string | null
  /** Headers that must be understood, and are not. */
  readonly notUnderstood: readonly string[]
  readonly token: UsernameToken | null
}

/** Reads the head of an envelope from pieces of it. What cannot be read ends the head: the whole is refused where it is read. */
export interface HeadReader {
  /** Whether all of the head has come, or nothing more of it can be told. */
  feed(piece: Uint8Array): boolean
  head(): SoapHead
}

interface Reading {
  version: SoapVersion | 'other' | null
  operation: string | null
  notUnderstood: string[]
  open: SaxesTagPlain[]
  token: { password: string; type: string } | null
  ended: boolean
}

export function createHeadReader(): HeadReader {
  const reading: Reading = {
    version: null,
    operation: null,
    notUnderstood: [],
    open: [],
    token: null,
    ended: false,
  }
  const parser = new SaxesParser({ xmlns: false } as const)
  parser.ENTITIES = ENTITIES
  const end = (): void => {
    reading.ended = true
  }
  parser.on('error', end)
  parser.on('doctype', end)
  parser.on('opentag', (tag) => begin(reading, tag))
  parser.on('closetag', () => void reading.open.pop())
  parser.on('text', (text) => words(reading, text))
  parser.on('cdata', (text) => words(reading, text))
  let length = 0
  let begun = false
  return {
    feed(piece) {
      if (reading.ended) return true
      // Names and keys are ASCII, and no byte of UTF-8 or GBK is mistaken for a sign of XML.
      const text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString(
        'latin1',
        0,
        HEAD_MAX - length,
      )
      length += text.length
      parser.write(begun ? text : text.replace(/^(?:\u00ef\u00bb\u00bf)?\s*/, ''))
      begun ||= text.length > 0
      reading.ended ||= length >= HEAD_MAX
      return reading.ended
    },
    head: () => ({
      version: reading.version,
      operation: reading.operation,
      notUnderstood: reading.notUnderstood,
      token: reading.token?.password ? reading.token : null,
    }),
  }
}

/** The head of an envelope that is here whole. */
export function headOf(bytes: Uint8Array): SoapHead {
  const reader = createHeadReader()
  reader.feed(bytes)
  return reader.head()
}

function begin(reading: Reading, tag: SaxesTagPlain): void {
  const { open } = reading
  if (reading.ended) return
  open.push(tag)
  const name = localName(tag.name)
  if (open.length > DEPTH_MAX) reading.ended = true
  else if (open.length === 1) root(reading, name)
  else if (open.length === 2) reading.ended = name !== 'Header' && name !== 'Body'
  else if (localName(open[1]?.name ?? '') === 'Body') {
    reading.operation = name
    reading.ended = true
  } else header(reading, tag)
}

function root(reading: Reading, name: string): void {
  const namespace = namespaceIn(reading.open, reading.open[0]?.name ?? '')
  if (name !== 'Envelope') reading.ended = true
  else reading.version = versionOf(namespace) ?? 'other'
  reading.ended ||= reading.version === 'other'
}

function header(reading: Reading, tag: SaxesTagPlain): void {
  const { open } = reading
  const block = open[2] as SaxesTagPlain
  const isSecurity = namespaceIn(open.slice(0, 3), block.name) === SECURITY
  const name = localName(tag.name)
  if (open.length === 3) {
    if (!isSecurity && mustUnderstand(reading)) reading.notUnderstood.push(tag.name)
  } else if (open.length === 4 && isSecurity) {
    if (name === 'UsernameToken') reading.token ??= { password: '', type: '' }
    else if (!UNDERSTOOD.has(name) && mustUnderstand(reading)) reading.notUnderstood.push(block.name)
  } else if (open.length === 5 && name === 'Password' && reading.token)
    reading.token.type = /[^#]*$/.exec(tag.attributes['Type'] ?? '')?.[0] ?? ''
}

/** Whether the header must be understood by the hub: it is for nobody else on the way. */
function mustUnderstand({ open, version }: Reading): boolean {
  if (version !== '1.1' && version !== '1.2') return false
  const block = open[2] as SaxesTagPlain
  const own = (wanted: string): string | undefined => {
    for (const [name, value] of Object.entries(block.attributes)) {
      const isOwn = name.includes(':') && namespaceIn(open, name) === ENVELOPE_OF[version]
      if (isOwn && localName(name) === wanted) return value
    }
    return undefined
  }
  const receiver = own(version === '1.1' ? 'actor' : 'role')
  const isOurs = receiver === undefined || receiver === '' || NEXT.has(receiver)
  const must = own('mustUnderstand')
  return isOurs && (must === '1' || must === 'true')
}

function words({ open, token }: Reading, text: string): void {
  if (!token || open.length !== 5 || localName(open[3]?.name ?? '') !== 'UsernameToken') return
  if (localName(open[4]?.name ?? '') === 'Password')
    token.password = (token.password + text).slice(0, TEXT_MAX)
}
