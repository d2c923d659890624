import { DecodeRefusal } from './refusal.ts'

/** A message has more records than may be read at once; as a stream it can be read. */
export class TooManyRecords extends DecodeRefusal {}

/** Refusal of a message with more records than may come at once. `count` null: the rest was not counted. */
export function tooMany(count: number | null, most: number, at: string): TooManyRecords {
  const reason = `${count ?? `more than ${most}`} records, ${most} is the most in one post`
  return new TooManyRecords(
    'E_SCHEMA',
    at === '' ? 'record list' : at,
    reason,
    `send at most ${most} at once`,
  )
}
