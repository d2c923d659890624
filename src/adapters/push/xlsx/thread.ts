import { parentPort } from 'node:worker_threads'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { sourceOfBytes, sourceOfFile } from './source.ts'
import { BATCHES_AHEAD, type FromThread, type ToThread } from './thread-words.ts'
import { readWorkbook } from './workbook.ts'

/** The thread in which workbooks are read, one after the other. It knows nothing but what it is sent. */

const port = parentPort
if (!port) throw new Error('this file runs in a thread')

let allowed = 0
let stopped = false
let wake: (() => void) | null = null

const tell = (words: FromThread): void => port.postMessage(words)

port.on('message', (words: ToThread) => {
  if (words.say === 'read') {
    allowed = BATCHES_AHEAD
    stopped = false
    read(words).catch((error: unknown) => {
      // A fault of ours, not of the file: the thread ends with it, and whoever waits is told.
      queueMicrotask(() => {
        throw error
      })
    })
    return
  }
  if (words.say === 'more') allowed++
  else stopped = true
  wake?.()
})

async function read({ input, options, limits }: Extract<ToThread, { say: 'read' }>): Promise<void> {
  const source = 'bytes' in input ? sourceOfBytes(input.bytes) : sourceOfFile(input.path)
  try {
    for await (const batch of readWorkbook(source, options, limits)) {
      while (allowed === 0 && !stopped) await waiting()
      if (stopped) break
      allowed--
      tell({ say: 'batch', batch })
    }
    tell({ say: 'end' })
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    const { code, at, reason, fix } = error
    tell({ say: 'refused', code, at, reason, fix })
  } finally {
    source.close()
  }
}

async function waiting(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  wake = resolve
  await promise
  wake = null
}
