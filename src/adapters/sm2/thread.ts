/** A thread that reckons SM2: about 12 ms for a signature of a key that is new to it, 2 ms for one that it has met often. */
import { parentPort } from 'node:worker_threads'
import { sm2 } from 'sm-crypto-v2'
import type { Sm2Answer, Sm2Question } from './words.ts'

/** Tables of a key cost 100 ms and half a megabyte once, so a key must come again before it gets them. */
const USES_BEFORE_TABLE = 3
const TABLES_MAX = 64
const NAMES_MAX = 4096
const WINDOW = 6

const uses = new Map<string, number>()
const tables = new Map<string, ReturnType<typeof sm2.precomputePublicKey>>()

const port = parentPort
if (!port) throw new Error('thread.ts of sm2 runs as a worker thread')

function keyOf(publicKey: string): Parameters<typeof sm2.doVerifySignature>[2] {
  const table = tables.get(publicKey)
  if (table) {
    // The one that was longest not used is the first.
    tables.delete(publicKey)
    tables.set(publicKey, table)
    return table
  }
  const count = (uses.get(publicKey) ?? 0) + 1
  if (uses.size >= NAMES_MAX) uses.clear()
  uses.set(publicKey, count)
  if (count <= USES_BEFORE_TABLE) return publicKey
  const made = sm2.precomputePublicKey(publicKey, WINDOW)
  const [oldest] = tables.keys()
  if (tables.size >= TABLES_MAX && oldest !== undefined) tables.delete(oldest)
  tables.set(publicKey, made)
  uses.delete(publicKey)
  return made
}

function answerTo(question: Sm2Question): Sm2Answer {
  const { number, digest } = question
  try {
    if (question.ask === 'sign')
      return { number, fits: true, signature: sm2.doSignature(digest, question.privateKey) }
    return { number, fits: sm2.doVerifySignature(digest, question.signature, keyOf(question.publicKey)) }
  } catch {
    // The library throws at what is no signature or no key.
    return { number, fits: false }
  }
}

port.on('message', (question: Sm2Question) => port.postMessage(answerTo(question)))
