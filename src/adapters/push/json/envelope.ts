import { isRow } from '#adapters/push/record.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Envelope, ReadOptions, SourceValue } from '#core/source.ts'
import { fieldPointer } from './pointer.ts'

/** What a mapping wants to know of the members around the list. */
export interface EnvelopeWish {
  /** Paths that it reads, names joined by a dot. */
  readonly names: readonly string[]
  /** Texts of which the member at a path must be one. */
  readonly expect: Readonly<Record<string, readonly string[]>>
}

/** The wish of a mapping; undefined where it looks at the list alone, which then costs nothing. */
export function envelopeWish({ envelope, expect }: ReadOptions): EnvelopeWish | undefined {
  return envelope === undefined && expect === undefined
    ? undefined
    : { names: envelope ?? [], expect: expect ?? {} }
}

/** The envelope that all records of a message share. It may be filled when they are made already: its end stands behind the list. */
export interface OpenEnvelope extends Envelope {
  value: { readonly [name: string]: SourceValue }
}

export function openEnvelope(prefix: string): OpenEnvelope {
  return { value: {}, place: (field) => prefix + fieldPointer('', field) }
}

/** The value at a dotted path; undefined where there is none. */
export function memberAt(envelope: SourceValue, path: string): SourceValue | undefined {
  let value: SourceValue | undefined = envelope
  for (const step of path.split('.')) {
    if (!isRow(value) || !Object.hasOwn(value, step)) return undefined
    value = value[step]
  }
  return value
}

/**
 * Refuses a message that is not the one its mapping is for.
 * @throws DecodeRefusal with the place of the member
 */
export function checkExpected({ value, place }: Envelope, { expect }: EnvelopeWish): void {
  for (const [name, texts] of Object.entries(expect)) {
    const found = memberAt(value, name)
    const text = typeof found === 'boolean' ? String(found) : found
    if (typeof text === 'string' && texts.includes(text.trim())) continue
    const wanted = texts.join(' or ')
    throw new DecodeRefusal(
      'E_SCHEMA',
      place(name),
      `${name} is ${shown(text)}, not ${wanted}`,
      `post the message to the record that it is for, with ${name} ${wanted}`,
    )
  }
}

/** Only what looks like a name or number of the interface is repeated: anything else may be personal, or longer than a sentence. */
const NAME = /^[A-Za-z0-9._/-]{1,40}$/
const shown = (value: SourceValue | undefined): string => {
  if (value === undefined || value === null) return 'missing'
  return typeof value === 'string' && NAME.test(value) ? value : 'something else'
}

/**
 * A stream is mapped before its end has come, so that what its records need of the envelope must stand before the list: a record
 * that was mapped without it would be silently wrong.
 * @throws DecodeRefusal with the place of the first member that is not there
 */
export function checkBefore({ value, place }: Envelope, { names }: EnvelopeWish): void {
  for (const name of names) {
    if (memberAt(value, name) !== undefined) continue
    throw new DecodeRefusal(
      'E_SCHEMA',
      place(name),
      `${name} does not stand before the list, and a message of this size is read as it comes`,
      `send ${name} before the list, or fewer records in one message`,
    )
  }
}
