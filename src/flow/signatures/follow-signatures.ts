import type { LogReader } from '#flow/follow/noted-page.ts'
import { type SignatureRow, writeSignatures } from '#store/document-signatures.ts'
import { heldTrust } from './held-trust.ts'
import { judgePaper, type SignedPaper, signatureRow, signedPaperOf } from './judge-paper.ts'

interface Noted {
  readonly recordId: string
  readonly version: number
  readonly paper: SignedPaper
  readonly seenMs: number
}

/** Judges the signatures of papers as they come, and keeps what the newest is worth. */
export const signaturesReader = (now: () => number = Date.now): LogReader => ({
  name: 'signatures',
  begin() {
    const newest = new Map<string, Noted>()
    return {
      note({ change: { recordId, version, kind }, said, receivedAt }) {
        if (kind !== 'document') return
        const paper = signedPaperOf(said)
        if (paper) newest.set(recordId, { recordId, version, paper, seenMs: Date.parse(receivedAt) })
        else newest.delete(recordId)
      },
      async write(client) {
        if (newest.size === 0) return
        const held = await heldTrust(client)
        const nowMs = now()
        const rows: SignatureRow[] = []
        for (const one of newest.values()) {
          const judged = await judgePaper(one.paper, held, { seenMs: one.seenMs, nowMs })
          rows.push(signatureRow(one, judged, { mark: held.mark, nowMs }))
        }
        await writeSignatures(client, rows)
      },
    }
  },
})
