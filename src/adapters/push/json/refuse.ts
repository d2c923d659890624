import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { JsonFault } from './fault.ts'
import { lineAndColumn, pointerAt } from './position.ts'

const SEND_JSON = 'send one whole JSON document (RFC 8259)'

/** Where a piece of text begins in its message, for pieces of a stream. */
export interface Offset {
  readonly line: number
  readonly column: number
  readonly path: string
}

/**
 * The refusal of a message for a fault of its JSON, with line, column and pointer; anything else that was thrown comes back
 * as it is. `inRecord` tells whether a record was open.
 */
export function refuseJson(fault: unknown, text: string, inRecord: boolean, origin?: Offset): unknown {
  if (!(fault instanceof JsonFault)) return fault
  // A piece of a stream is cut where its brackets close: its end is no end of the message.
  if (fault.kind === 'end' && !origin) return cutJson(inRecord)
  const { line, column } = lineAndColumn(text, fault.offset)
  const path = (origin?.path ?? '') + pointerAt(text, fault.offset)
  const at = place(origin, line, column)
  return new DecodeRefusal(
    'E_SCHEMA',
    path === '' ? at : `${at} (${path})`,
    reason(fault, text),
    fault.kind === 'depth' ? 'send records that are at most 64 levels deep' : SEND_JSON,
  )
}

function place(origin: Offset | undefined, line: number, column: number): string {
  if (!origin) return `line ${line}, column ${column}`
  const shifted = line === 1 ? column + origin.column - 1 : column
  return `line ${line + origin.line - 1}, column ${shifted}`
}

function reason(fault: JsonFault, text: string): string {
  const found = JSON.stringify(String.fromCodePoint(text.codePointAt(fault.offset) ?? 0x20))
  switch (fault.kind) {
    case 'depth':
      return 'the JSON is nested too deep'
    case 'control':
      return 'a control character inside a text'
    case 'escape':
      return 'an escape that JSON does not have'
    case 'trailing':
      return `${found} after the end of the JSON`
    default:
      return `${found} where the JSON needs something else`
  }
}

/** Refusal of a JSON text that stops too early. */
export function cutJson(inRecord: boolean): DecodeRefusal {
  return new DecodeRefusal(
    'E_SCHEMA',
    'end of text',
    inRecord ? 'the JSON ends inside a record' : 'the JSON ends before its last bracket',
    'send the whole message again',
  )
}

const PAGE = /^\s*<(?:!doctype\s+html|html|head|body|title|center|h1)\b/i

/** Whether a text begins as an HTML page does. */
export function isHtmlPage(text: string): boolean {
  return PAGE.test(text.slice(0, 200))
}

/**
 * Throws where a text that should be JSON is plainly something else: nothing at all, an HTML page, XML.
 * @throws DecodeRefusal
 */
export function refuseOther(text: string): void {
  const start = /\S/.exec(text)
  if (!start)
    throw new DecodeRefusal('E_SCHEMA', 'line 1', 'the body is empty', 'send the records in the body')
  if (start[0] !== '<') return
  throw new DecodeRefusal(
    'E_SCHEMA',
    'line 1',
    isHtmlPage(text) ? 'an error page of a proxy instead of JSON' : 'XML instead of JSON',
    SEND_JSON,
  )
}
