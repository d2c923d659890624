import type { Pool } from 'pg'
import { numbersMeant } from '#core/lineage/codes.ts'
import { readSystemsOfNumbers } from '#store/own-numbers.ts'

/**
 * Systems whose own batch number a code may be: those of which a record has it, whoever asks. What of it a caller may see is decided where the code is
 * looked for.
 */
export const systemsMeant = (pool: Pool, code: string): Promise<string[]> =>
  readSystemsOfNumbers(pool, numbersMeant(code))
