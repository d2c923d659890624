import type { SFTPWrapper } from 'ssh2'
import { AdapterError } from '#adapters/adapter.ts'
import { FileGone } from '#adapters/files/places/port.ts'
import type { Ask } from './place.ts'

const PIECE_BYTES = 32_768
/** Over a long way an answer takes its time: so many questions are under way together. */
const READS_AT_ONCE = 32
const END_OF_FILE = 1

/** The bytes of a file in order, some pieces ahead of whoever takes them. @throws FileGone */
export async function* piecesOf(sftp: SFTPWrapper, ask: Ask, path: string): AsyncGenerator<Uint8Array> {
  const handle = await ask<Buffer>('open', (done) => sftp.open(path, 'r', done)).catch((error: unknown) => {
    const cause = error instanceof AdapterError ? (error.cause as { code?: number } | undefined) : undefined
    throw cause?.code === 2 ? new FileGone() : error
  })
  const ahead: Promise<Buffer | null>[] = []
  try {
    let asked = 0
    let ended = false
    // Most files are small: more is asked for only as more comes.
    for (let atOnce = 2; !ended; atOnce = Math.min(atOnce * 2, READS_AT_ONCE)) {
      while (ahead.length < atOnce) {
        const piece = wholePiece(sftp, ask, handle, asked)
        // An error is met when its turn comes; until then nobody listens.
        piece.catch(() => {})
        ahead.push(piece)
        asked += PIECE_BYTES
      }
      const piece = await ahead.shift()
      ended = !piece || piece.length < PIECE_BYTES
      if (piece && piece.length > 0) yield piece
    }
  } finally {
    sftp.close(handle, () => {})
  }
}

/** A piece that is only short where the file ends: a host may answer with less than it was asked for. */
async function wholePiece(sftp: SFTPWrapper, ask: Ask, handle: Buffer, from: number): Promise<Buffer | null> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  let filled = 0
  while (filled < PIECE_BYTES) {
    const read = await ask<number>('read', (done) =>
      sftp.read(handle, piece, filled, PIECE_BYTES - filled, from + filled, (error, count) =>
        (error as { code?: number } | undefined)?.code === END_OF_FILE ? done(null, 0) : done(error, count),
      ),
    )
    if (read === 0) break
    filled += read
  }
  return filled === 0 ? null : piece.subarray(0, filled)
}
