import type { PoolClient, Submittable } from 'pg'
import type { CopyRows } from './copy-binary.ts'

/** One step of a write: a plain statement, or rows for `COPY … FROM STDIN (FORMAT binary)`. */
export type WriteStep = string | { readonly copy: string; readonly rows: CopyRows }

/** As much of pg's connection as is used here. */
interface Connection {
  query(text: string): void
  readonly stream: { write(chunk: Uint8Array): boolean; cork(): void; uncork(): void }
}

const COPY_DATA = 0x64
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4])

/**
 * Sends several statements and the rows of their COPYs in one go and waits once: one round trip instead of two for each COPY and one
 * for each statement, which is most of the time of a small transaction. The protocol allows it: one simple query may hold several
 * COPYs, the server reads their data in order, and what comes after an error is dropped ("COPY operations" in the manual's chapter on
 * the message flow). Steps with no rows are left out. Rejects with the first error; a transaction that the steps began is then
 * still open and must be rolled back.
 */
export function writeTogether(client: PoolClient, steps: readonly WriteStep[]): Promise<void> {
  const wanted = steps.filter((step) => typeof step === 'string' || step.rows.count > 0)
  if (wanted.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      if (error) {
        reject(error)
        return
      }
      // After an error the socket may still hold the rows; they are then left to the collector.
      for (const step of wanted) if (typeof step !== 'string') step.rows.release()
      resolve()
    }
    client.query(together(wanted, settle))
  })
}

function together(steps: readonly WriteStep[], settle: (error: Error | null) => void): Submittable {
  const ignore = (): void => {}
  const query = {
    submit(connection: unknown) {
      const { query: send, stream } = connection as Connection
      stream.cork()
      send.call(connection, steps.map((step) => (typeof step === 'string' ? step : step.copy)).join(';\n'))
      for (const step of steps) if (typeof step !== 'string') writeRows(stream, step.rows)
      stream.uncork()
    },
    // Settled at once: a connection that breaks says nothing more. After an error of the server pg itself waits until it is ready.
    handleError: (error: Error) => settle(error),
    handleReadyForQuery: () => settle(null),
    handleCopyInResponse: ignore,
    handleCommandComplete: ignore,
    handleRowDescription: ignore,
    handleDataRow: ignore,
    handleEmptyQuery: ignore,
    // pg puts its own in place when the connection has a time limit for queries.
    callback: ignore,
  }
  return query
}

function writeRows(stream: Connection['stream'], rows: CopyRows): void {
  const data = rows.finish()
  const head = Buffer.allocUnsafe(5)
  head.writeUInt8(COPY_DATA, 0)
  head.writeInt32BE(data.length + 4, 1)
  stream.write(head)
  stream.write(data)
  stream.write(COPY_DONE)
}
