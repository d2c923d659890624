import { readCertificate } from '#core/pki/certificate.ts'
import type { Trust } from '#core/pki/chain.ts'
import { readRevocationList } from '#core/pki/revocation-list.ts'
import type { Reader } from '#store/sighted.ts'
import { readTrustBytes, readTrustMark } from '#store/trust.ts'

/** What is trusted, as it was at a mark. */
export interface HeldTrust {
  readonly mark: string
  readonly trust: Trust
}

const HELD_MAX = 4
const held = new Map<string, Trust>()

/** What is trusted now. It is read and parsed anew only where it changed; a mark is of no other database. */
export async function heldTrust(reader: Reader): Promise<HeldTrust> {
  const now = await readTrustMark(reader)
  const known = held.get(now)
  if (known) return { mark: now, trust: known }
  const { mark, anchors, lists } = await readTrustBytes(reader)
  const trust: Trust = {
    anchors: anchors.map(({ der, withoutLists }) => ({ certificate: readCertificate(der), withoutLists })),
    lists: lists.map((der) => readRevocationList(der)),
  }
  const [oldest] = held.keys()
  if (held.size >= HELD_MAX && oldest !== undefined) held.delete(oldest)
  held.set(mark, trust)
  return { mark, trust }
}
