import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DecodeRefusal } from './refusal.ts'

/** Where the bytes are kept, and how many. */
export interface SpoolOptions {
  readonly folder?: string
  readonly maxBytes: number
}

/**
 * Writes a stream into a file of its own, for formats whose end must be known first, and gives what `read` makes of it. The file
 * is readable by the hub alone, and gone at the end, however that comes.
 * @throws DecodeRefusal where there are more than `maxBytes`
 */
export async function* inFile<T>(
  source: AsyncIterable<Uint8Array>,
  { folder = tmpdir(), maxBytes }: SpoolOptions,
  read: (path: string) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const path = join(folder, `hub-${randomUUID()}.part`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      let length = 0
      for await (const chunk of source) {
        length += chunk.length
        if (length > maxBytes) throw tooLong(maxBytes)
        await file.writeFile(chunk)
      }
    } finally {
      await file.close()
    }
    yield* read(path)
  } finally {
    await rm(path, { force: true })
  }
}

function tooLong(maxBytes: number): DecodeRefusal {
  const reason = `the file has more than ${maxBytes} bytes`
  return new DecodeRefusal('E_SCHEMA', 'end of file', reason, 'send fewer rows in one file')
}
