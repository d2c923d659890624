import { createHmac, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { base32 } from '#core/signing/totp.ts'
import { sealingKey } from '#store/sealing-key.ts'

const GROUP = /.{1,4}/g

/** A code for a person to type, of random bytes: groups of four letters and digits. */
export const newCode = (bytes: number): string => (base32(randomBytes(bytes)).match(GROUP) ?? []).join('-')

/** What is stored of a code; the same however its groups are divided and its letters are cased. */
export const digestOfCode = async (pool: Pool, code: string): Promise<Buffer> =>
  createHmac('sha256', await sealingKey(pool, 'operator-codes'))
    .update(code.toUpperCase().replaceAll(/[\s-]/g, ''))
    .digest()
