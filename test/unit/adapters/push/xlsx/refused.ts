import { DecodeRefusal } from '#adapters/push/refusal.ts'

/** The refusal that reading ends with; anything else fails the test. */
export async function refused(reading: Promise<unknown>): Promise<DecodeRefusal> {
  try {
    await reading
  } catch (error) {
    if (error instanceof DecodeRefusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}
