import type { Pool } from 'pg'
import { type SignedHead, signedHead } from '#core/evidence/anchor-line.ts'
import { receiptOf } from '#flow/intake/stored-receipt.ts'
import { readNewestHead, type StoredHead } from '#store/audit-heads.ts'
import { listHeadKeys } from '#store/audit-keys.ts'
import { readMessageRows, readVersionsNamed } from '#store/audit-rows.ts'
import type { StoredReceipt } from '#store/receipts.ts'
import { createProver, type Proof } from './proof.ts'

/** Of the versions that a receipt names so many are proven. */
const VERSIONS_MAX = 5000

export interface ReceiptProof {
  readonly head: SignedHead | null
  readonly message: Proof
  readonly records: readonly { readonly id: string; readonly version: number; readonly proof: Proof }[]
}

/** The newest head as it leaves the hub; null before the first. */
export async function readSignedNewest(pool: Pool): Promise<{ row: StoredHead; signed: SignedHead } | null> {
  const row = await readNewestHead(pool)
  return row && { row, signed: signedHead(row, await publicKeyOf(pool, row.key)) }
}

export const publicKeyOf = async (pool: Pool, id: string): Promise<string> =>
  (await listHeadKeys(pool)).find((key) => key.id === id)?.publicKey ?? ''

/** Versions that a receipt names. Those of a large message lie in pages of its results, and are proven by their records. */
export const versionsOfReceipt = (stored: StoredReceipt): { id: string; version: number }[] =>
  (receiptOf(stored).results ?? [])
    .flatMap(({ records }) => records ?? [])
    .map(({ id, version }) => ({ id, version }))
    .slice(0, VERSIONS_MAX)

/** Proves a message to its sender, who has its bytes: the message is opened, and its records are not. */
export async function readReceiptProof(pool: Pool, stored: StoredReceipt): Promise<ReceiptProof> {
  const newest = await readSignedNewest(pool)
  const [message] = await readMessageRows(pool, [stored.id])
  if (!newest || !message) return { head: null, message: 'unsealed', records: [] }
  const prover = await createProver(pool, newest.row)
  const records: { id: string; version: number; proof: Proof }[] = []
  for (const facts of await readVersionsNamed(pool, versionsOfReceipt(stored)))
    records.push({ id: facts.recordId, version: facts.version, proof: await prover.version(facts, false) })
  return { head: newest.signed, message: await prover.message(message, true), records }
}
