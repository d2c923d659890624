import { DecodeRefusal } from '#adapters/push/refusal.ts'

const AGAIN = 'open the file, save it again as .xlsx and send it whole'
const PLACE_MAX_CHARS = 120

/** A part, or a place in a sheet, that cannot be read. `at` may be a name that the sender chose: it is cut. */
export const damaged = (at: string, reason: string, fix = AGAIN): DecodeRefusal =>
  new DecodeRefusal('E_SCHEMA', at.slice(0, PLACE_MAX_CHARS).toWellFormed(), reason, fix)

/** More than a workbook may have. */
export const tooLarge = (at: string, reason: string): DecodeRefusal =>
  damaged(at, reason, 'send fewer rows in one workbook, without pictures and unused formats')
