import type { Readable, Transform } from 'node:stream'
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { HubError } from '#core/errors.ts'

/** The content codings that a body may have, beside none. */
const CODINGS: ReadonlyMap<string, () => Transform & { readonly bytesWritten: number }> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  // The window is memory that the sender would choose.
  ['zstd', () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } })],
])
export const CODING_NAMES = ['gzip', 'deflate', 'zstd'] as const

/** A body may grow to so many times what was sent; the best that real records reach is about a tenth of it. */
const RATIO_MAX = 300
/** Below this size a body may be as repetitive as it likes. */
const RATIO_FROM = 8 * 1024 * 1024

export const codingOf = (header: string | undefined): string => header?.trim().toLowerCase() ?? 'identity'

/** Whether a body in this content coding can be read. */
export const isKnownCoding = (coding: string): boolean => coding === 'identity' || CODINGS.has(coding)

/**
 * A body with its content coding taken off; nothing is inflated that nobody reads. It fails where the bytes are not of that coding, where
 * they end too early, and where they grow beyond all measure. The body itself is left alone: its connection still carries the answer.
 */
export function withoutCoding(body: Readable, coding: string): Readable {
  const create = CODINGS.get(coding)
  if (!create) return body
  const inflate = create()
  let grown = 0
  inflate.on('data', (chunk: Buffer) => {
    grown += chunk.length
    if (grown > RATIO_FROM && grown > RATIO_MAX * inflate.bytesWritten)
      inflate.destroy(
        new HubError('too_large', { detail: `the body grows to more than ${RATIO_MAX} times its size` }),
      )
  })
  inflate.pause()
  inflate.on('error', () => body.unpipe(inflate))
  body.on('error', (error) => inflate.destroy(error))
  body.pipe(inflate)
  return inflate
}

/** What the sender is told of an error while a body was read. */
export function bodyError(error: unknown, coding: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // Nobody hears it, but it is no fault of the database.
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new HubError('invalid_request', { detail: 'the body was broken off' })
  if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(code)) return error
  const reason = code === 'Z_BUF_ERROR' ? `the ${coding} body ends too early` : `the body is not ${coding}`
  const fix = `Send the body with "Content-Encoding: ${coding}" in that coding, or without the header as it is.`
  return new HubError('unreadable_message', {
    detail: reason,
    issues: [{ path: 'header content-encoding', code: 'E_ENCODING', reason, fix }],
  })
}
