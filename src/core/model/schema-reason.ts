import type { Issue } from '#core/issue.ts'

/** One error of Ajv. */
export interface SchemaFault {
  readonly keyword?: string | undefined
  readonly message?: string | undefined
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

type Told = Pick<Issue, 'reason' | 'fix'>

/** A twin takes so much in the place of a list. */
const LISTED_MAX = 190

const DECIMAL: Told = {
  reason: 'no plain number in digits',
  fix: 'Write digits alone, with a point where there are decimals, and the unit in its own field: "50.5".',
}
const REGION: Told = {
  reason: 'no code of GB/T 2260',
  fix: 'Write its six digits, such as "330402", or as many as the field allows.',
}
const DIGEST: Told = { reason: 'no SHA-256 digest', fix: 'Write its 64 digits and letters from a to f.' }
const BLANK: Told = { reason: 'the text is blank', fix: 'Write something, or leave the field out.' }

/** Patterns that people meet in what they write by hand; other patterns are shown as they are. */
const PATTERNS: Readonly<Record<string, Told>> = {
  '^-?\\d+(\\.\\d+)?$': DECIMAL,
  '^\\d{1,9}(\\.\\d{1,6})?$': DECIMAL,
  '^\\d{1,12}(\\.\\d{1,6})?$': DECIMAL,
  '^\\d{6}$': REGION,
  '^\\d{2,6}$': REGION,
  '^(\\d{2}|\\d{4}|\\d{6})$': REGION,
  '^[0-9a-f]{64}$': DIGEST,
  '\\S': BLANK,
  '^[A-Z]{3}$': { reason: 'no country', fix: 'Write its three letters of ISO 3166-1, such as "CHL".' },
}

const TYPES: Readonly<Record<string, Told>> = {
  string: { reason: 'must be a text', fix: 'Write it in quotation marks, numbers and codes too: "50".' },
  integer: { reason: 'must be a whole number', fix: 'Write digits without quotation marks and decimals.' },
  number: { reason: 'must be a number', fix: 'Write digits without quotation marks.' },
  boolean: { reason: 'must be true or false', fix: 'Write true or false without quotation marks.' },
  array: { reason: 'must be a list', fix: 'Write it in square brackets, also where there is one only.' },
  object: { reason: 'must be an object', fix: 'Write its fields in braces, each with its name.' },
}

/** What an error of a schema means, in a sentence, and how it is mended; null where Ajv says it as well. */
export function schemaReason({ keyword = '', params = {} }: SchemaFault): Told | null {
  switch (keyword) {
    case 'enum': {
      const allowed = params['allowedValues']
      if (!Array.isArray(allowed)) return null
      return { reason: `one of ${listOf(allowed)}`, fix: 'Write one of these, in the same letters.' }
    }
    case 'const':
      return {
        reason: `one of ${String(params['allowedValue'])}`,
        fix: 'Write one of these, in the same letters.',
      }
    case 'pattern':
      return PATTERNS[String(params['pattern'])] ?? null
    case 'type':
      return TYPES[String(params['type'])] ?? null
    case 'minProperties':
      return {
        reason: 'nothing is given',
        fix: `Give at least ${String(params['limit'])} of the fields that this call takes; docs/ and GET /openapi.json name them.`,
      }
    default:
      return null
  }
}

function listOf(values: readonly unknown[]): string {
  const text = values.join(', ')
  if (text.length <= LISTED_MAX) return text
  return `${text.slice(0, text.lastIndexOf(', ', LISTED_MAX))}, …`
}
