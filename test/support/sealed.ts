import type { Pool } from 'pg'
import { SUITES, type Suite } from '#store/personal/cipher.ts'
import { holdDataKeys } from '#store/personal/data-keys.ts'

/** With TEST_SEALED, a suite, the tests of the API run over a database in which everything is sealed: nothing that they ask for may differ. */
export async function sealAll(pool: Pool): Promise<void> {
  const suite = process.env['TEST_SEALED']
  if (!suite) return
  if (!SUITES.includes(suite as Suite)) throw new Error(`TEST_SEALED is none of ${SUITES.join(', ')}`)
  await holdDataKeys(pool, { key: Buffer.alloc(32, 7), suite: suite as Suite })
}
