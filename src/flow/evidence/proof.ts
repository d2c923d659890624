import type { Pool } from 'pg'
import {
  batchText,
  type EntryFacts,
  entryLeaf,
  type Leaf,
  type MessageFacts,
  messageLeaf,
  type Opening,
  type VersionFacts,
  versionLeaf,
} from '#core/evidence/leaves.ts'
import { HASH_BYTES, inclusionPath, leafHash, packedHashes } from '#core/evidence/merkle.ts'
import {
  findBatch,
  findMessageBatch,
  readBatchLeaves,
  readLeaves,
  type StoredHead,
} from '#store/audit-heads.ts'
import { saltSecret } from '#store/audit-keys.ts'

/** A leaf and what leads from it to a head: through its batch, and from the batch through the tree of batches. */
export interface LeafProof {
  readonly leaf: string
  /** Null where what the commitment was made over is not shown. */
  readonly opening: Opening | null
  readonly batch: {
    readonly text: string
    readonly index: number
    readonly size: number
    readonly path: readonly string[]
  }
  readonly tree: { readonly index: number; readonly size: number; readonly path: readonly string[] }
}

/** `unsealed`: no head contains it yet; `altered`: what is stored is not what was sealed. */
export type Proof = LeafProof | 'unsealed' | 'altered'

export interface Prover {
  readonly version: (facts: VersionFacts, isOpen: boolean) => Promise<Proof>
  readonly message: (facts: MessageFacts, isOpen: boolean) => Promise<Proof>
  readonly entry: (facts: EntryFacts, isOpen: boolean) => Promise<Proof>
}

/** Makes proofs to one head. The hashes of the batch that was asked for last are kept, so ask in the order of the log. */
export async function createProver(pool: Pool, head: StoredHead): Promise<Prover> {
  const secret = await saltSecret(pool)
  const tree = packedHashes(await readBatchLeaves(pool, head.number))
  let last: { readonly number: number; readonly leaves: Buffer } | null = null

  const prove = async (
    { text, opening }: Leaf,
    batch: StoredHead | null,
    isOpen: boolean,
  ): Promise<Proof> => {
    if (batch === null || batch.number > head.number) return 'unsealed'
    if (last?.number !== batch.number)
      last = {
        number: batch.number,
        leaves: (await readLeaves(pool, batch.number))?.leaves ?? Buffer.alloc(0),
      }
    const index = placeOf(last.leaves, leafHash(text))
    if (index === null) return 'altered'
    const leaves = packedHashes(last.leaves)
    return {
      leaf: text,
      opening: isOpen ? opening : null,
      batch: {
        text: batchText(batch),
        index,
        size: leaves.count,
        path: inclusionPath(leaves, index).map(hex),
      },
      tree: {
        index: batch.number - 1,
        size: head.number,
        path: inclusionPath(tree, batch.number - 1).map(hex),
      },
    }
  }
  return {
    version: async (facts, isOpen) =>
      prove(
        versionLeaf(secret, facts),
        await findBatch(pool, { change: facts.position }),
        isOpen && !facts.erased,
      ),
    message: async (facts, isOpen) =>
      prove(messageLeaf(secret, facts), await findMessageBatch(pool, facts.id), isOpen && !facts.erased),
    entry: async (facts, isOpen) =>
      prove(entryLeaf(secret, facts), await findBatch(pool, { entry: facts.id }), isOpen),
  }
}

const hex = (bytes: Buffer): string => bytes.toString('hex')

/** The place of a hash among hashes that stand one behind the other. */
function placeOf(leaves: Buffer, hash: Buffer): number | null {
  for (let at = leaves.indexOf(hash); at >= 0; at = leaves.indexOf(hash, at + 1))
    if (at % HASH_BYTES === 0) return at / HASH_BYTES
  return null
}
