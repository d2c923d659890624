import { DecodeRefusal } from './refusal.ts'

/** Refusal of a message with more records than may come at once. `count` null: the rest was not counted. */
export function tooMany(count: number | null, most: number, at: string): DecodeRefusal {
  const reason = `${count ?? `more than ${most}`} records, ${most} is the most in one post`
  return new DecodeRefusal('E_SCHEMA', at === '' ? 'record list' : at, reason, `send at most ${most} at once`)
}
