import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { readXml, type XmlRecords } from '#adapters/push/xml/read.ts'
import type { XmlLimits } from '#adapters/push/xml/reader.ts'
import type { ReadOptions } from '#core/source.ts'
import { envelopeText } from './envelope.ts'

/**
 * The records of an XML document that stands as text in one element of a SOAP envelope. What it declares as its encoding counts
 * for nothing: it was decoded with the envelope around it. Refusals of the document inside have the element as their place.
 * @throws DecodeRefusal
 */
export function readSoap(text: string, options: ReadOptions, limits: XmlLimits): XmlRecords {
  const field = options.soap?.field ?? 'arg0'
  const inner = envelopeText(text, field, limits.maxDepth).trimStart()
  if (inner === '')
    throw new DecodeRefusal('E_SCHEMA', field, `${field} is empty`, `send the XML document in ${field}`)
  try {
    return readXml(inner, options, limits)
  } catch (refusal) {
    throw refusal instanceof DecodeRefusal ? within(refusal, field) : refusal
  }
}

function within({ code, at, reason, fix }: DecodeRefusal, field: string): DecodeRefusal {
  if (at === '<!DOCTYPE') return new DecodeRefusal(code, field, reason, fix)
  if (at === 'end of file') return new DecodeRefusal(code, field, `${reason} inside of ${field}`, fix)
  return new DecodeRefusal(code, `${field}, ${at}`, reason, fix)
}
