import { DecodeRefusal } from '#adapters/push/refusal.ts'

/** The refusal that a call ends with; anything else fails the test. */
export function refusalOf(call: () => unknown): DecodeRefusal {
  try {
    call()
  } catch (error) {
    if (error instanceof DecodeRefusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}
