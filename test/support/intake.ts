import type { Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from './database.ts'
import { type PlainSale, plainRegistry } from './plain-mapping.ts'

/** An intake over a database of this test file's own, with the system of `plain-mapping.ts`. */
export interface PlainIntake {
  pool: Pool
  intake: Intake
  push(sales: readonly PlainSale[], idempotencyKey?: string): Promise<Receipt>
  /** `status@version` of each version of a record, oldest first. */
  versions(no: string): Promise<string[]>
}

export function withPlainIntake(): PlainIntake {
  const database = withDatabase()
  const context = {} as PlainIntake
  beforeAll(() => {
    context.pool = createPool({ url: database.url })
    context.intake = createIntake({
      pool: context.pool,
      registry: plainRegistry,
      clock: Date.now,
      onCommitted: () => {},
    })
    context.push = (sales, idempotencyKey) => {
      const bytes = Buffer.from(JSON.stringify(sales))
      return context.intake.push({
        system: 'plain',
        record: 'sale',
        bytes,
        contentType: 'application/json',
        keyId: null,
        ...(idempotencyKey ? { idempotencyKey } : {}),
      })
    }
    context.versions = async (no) => {
      const { rows } = await context.pool.query(
        'select status, version from record_versions where record_id = $1 order by version',
        [`urn:cnft:sale:plain:sale:${no}`],
      )
      return rows.map(({ status, version }) => `${status}@${version}`)
    }
  })
  afterAll(async () => {
    await context.intake.close()
    await context.pool.end()
  })
  return context
}
