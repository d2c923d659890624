import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { storedArchive } from '#core/mapping/backward/archive.ts'
import { DEFAULT_SEES } from '#core/model/sharing.ts'
import { sharedText } from '#flow/delivery/backward-mapping.ts'
import { readMessageRows, readVersionsNamed, readVersionsOf } from '#store/audit-rows.ts'
import { readVersions } from '#store/changes.ts'
import {
  findDeliveries,
  findRecordsOfCase,
  findRecordsOfCodes,
  readMappingTexts,
  readNewestEntries,
} from '#store/evidence-rows.ts'
import { readMessage, readReceipt } from '#store/receipts.ts'
import { createProver, type Proof } from './proof.ts'
import { readMe } from './read-me.ts'
import { publicKeyOf, readSignedNewest, versionsOfReceipt } from './read-receipt-proof.ts'

export const EVIDENCE_TYPES = ['record', 'lot', 'receipt', 'case'] as const
export type EvidenceType = (typeof EVIDENCE_TYPES)[number]

export interface EvidenceWish {
  readonly type: EvidenceType
  readonly id: string
  /** Codes that mean a lot, where it is one. */
  readonly codes: readonly string[]
  /** Why it is asked for with all values; null: what may be of a person is left out. */
  readonly purpose: string | null
  /** ISO text. */
  readonly madeAt: string
}

export interface EvidencePackage {
  readonly bytes: Uint8Array
  readonly records: readonly string[]
}

/** A package is for one matter: of more records it says that it is cut. */
const RECORDS_MAX = 500
const VERSIONS_MAX = 2000
const DELIVERIES_MAX = 500
/** Bytes of messages in a package; of the others it has the digests. */
const BYTES_MAX = 32 * 1024 * 1024

interface Proven {
  readonly about: 'version' | 'message' | 'mapping' | 'delivery'
  readonly name: string
  /** The file that is proven; null where it is not in the package. */
  readonly file: string | null
  readonly proof: Proof
}

/**
 * Everything that shows what is known of a matter and that it is in the log, as one archive: records with their versions, messages, mapping
 * versions, deliveries, proofs, the head. Null where nothing is known of it, or nothing is sealed yet.
 */
export async function makeEvidence(pool: Pool, wish: EvidenceWish): Promise<EvidencePackage | null> {
  const newest = await readSignedNewest(pool)
  const found = await findVersions(pool, wish)
  if (!newest || found.length === 0) return null
  const versions = found
    .slice(0, VERSIONS_MAX)
    .sort((a, b) => (BigInt(a.position) < BigInt(b.position) ? -1 : 1))
  const isOpen = wish.purpose !== null
  const prover = await createProver(pool, newest.row)
  const files: [name: string, content: string | Uint8Array][] = []
  const proven: Proven[] = []
  const texts = new Map(
    (await readVersions(pool, versions)).map((change) => [
      `${change.recordId} ${change.version}`,
      isOpen ? change.text : sharedText(change, DEFAULT_SEES),
    ]),
  )
  for (const [i, facts] of versions.entries()) {
    const name = `${facts.recordId} ${facts.version}`
    const text = texts.get(name) ?? null
    const file = text === null ? null : `records/${i + 1}.json`
    if (file !== null && text !== null) files.push([file, text])
    proven.push({ about: 'version', name, file, proof: await prover.version(facts, isOpen) })
  }
  await addMessages(pool, { ids: messagesOf(wish, versions), isOpen, prover, files, proven })
  const mappings = await readMappingTexts(pool, [...new Set(versions.map(({ rest }) => String(rest[1])))])
  const settings = await readNewestEntries(
    pool,
    'setting',
    mappings.map(({ subject }) => subject),
  )
  for (const [i, { name, subject, row }] of mappings.entries()) {
    const entry = settings.get(subject)
    files.push([`mappings/${i + 1}.json`, row])
    const proof = entry ? await prover.entry(entry, true) : ('unsealed' as const)
    proven.push({ about: 'mapping', name, file: `mappings/${i + 1}.json`, proof })
  }
  const deliveries = await findDeliveries(pool, {
    positions: versions.map(({ position }) => position),
    since: versions.reduce((a, { receivedAt }) => (receivedAt < a ? receivedAt : a), wish.madeAt),
    limit: DELIVERIES_MAX,
  })
  const entries = await readNewestEntries(
    pool,
    'delivery',
    deliveries.map(({ id }) => id),
  )
  for (const [i, { id, facts }] of deliveries.entries()) {
    const entry = entries.get(id)
    files.push([`deliveries/${i + 1}.json`, facts])
    const proof = entry ? await prover.entry(entry, true) : ('unsealed' as const)
    proven.push({ about: 'delivery', name: id, file: `deliveries/${i + 1}.json`, proof })
  }
  const evidence = {
    format: 'trace-hub-evidence/1',
    hub: newest.signed.hub,
    madeAt: wish.madeAt,
    subject: { type: wish.type, id: wish.id },
    purpose: wish.purpose,
    isMasked: !isOpen,
    isCut: found.length > versions.length,
    head: newest.signed,
    keys: [{ id: newest.signed.key, publicKey: await publicKeyOf(pool, newest.signed.key) }],
    proven,
  }
  files.unshift(['evidence.json', JSON.stringify(evidence, null, 1)], ...readMe(evidence))
  const digests = files.map(([name, content]) => `${hash('sha256', content, 'hex')}  ${name}\n`)
  files.push(['SHA256SUMS', digests.join('')])
  return { bytes: storedArchive(files), records: [...new Set(versions.map((v) => v.recordId))] }
}

const messagesOf = (wish: EvidenceWish, versions: readonly { readonly messageId: string }[]): string[] =>
  [
    ...new Set([
      ...(wish.type === 'receipt' ? [wish.id] : []),
      ...versions.map(({ messageId }) => messageId),
    ]),
  ].sort()

async function findVersions(pool: Pool, { type, id, codes }: EvidenceWish) {
  if (type === 'record') return await readVersionsOf(pool, [id], VERSIONS_MAX + 1)
  if (type === 'receipt') {
    const stored = await readReceipt(pool, id)
    return stored ? await readVersionsNamed(pool, versionsOfReceipt(stored)) : []
  }
  const records =
    type === 'lot'
      ? await findRecordsOfCodes(pool, codes, RECORDS_MAX)
      : await findRecordsOfCase(pool, id, RECORDS_MAX)
  return await readVersionsOf(pool, records, VERSIONS_MAX + 1)
}

async function addMessages(
  pool: Pool,
  to: {
    readonly ids: readonly string[]
    readonly isOpen: boolean
    readonly prover: Awaited<ReturnType<typeof createProver>>
    readonly files: [name: string, content: string | Uint8Array][]
    readonly proven: Proven[]
  },
): Promise<void> {
  let room = BYTES_MAX
  for (const facts of await readMessageRows(pool, to.ids)) {
    const [size] = facts.counts
    let file: string | null = null
    if (to.isOpen && size <= room) {
      const message = await readMessage(pool, facts.id)
      const chunks: Buffer[] = []
      if (message && Buffer.isBuffer(message.bytes)) chunks.push(message.bytes)
      else if (message) for await (const chunk of message.bytes as AsyncIterable<Buffer>) chunks.push(chunk)
      file = `messages/${facts.id}.bin`
      to.files.push([file, Buffer.concat(chunks)])
      room -= size
    }
    const proof = await to.prover.message(facts, to.isOpen)
    to.proven.push({ about: 'message', name: facts.id, file, proof })
  }
}
