import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Pool } from 'pg'
import { readSignedHead, signedHead } from '#core/evidence/anchor-line.ts'
import { readHead, readHeads, readNewestHead } from '#store/audit-heads.ts'
import { listHeadKeys } from '#store/audit-keys.ts'
import type { Tell } from './finding.ts'

/** A line of a file of anchors. A head that was being written when the power went is the last line, and is not whole. */
export interface AnchorLine {
  readonly number: number
  readonly text: string
}

const HEADS_AT_ONCE = 500
const TAIL_BYTES = 16_384

export async function* readAnchorLines(path: string): AsyncGenerator<AnchorLine> {
  let number = 0
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const text of lines) yield { number: ++number, text }
}

/**
 * Adds every head that the file does not have yet, and waits for the disk. A file that is new begins with the newest head. What a crash left
 * unfinished is ended with a line break, so that nothing is ever written into it.
 * @throws where the file cannot be written, or its last whole line is no head of this chain
 */
export async function appendHeads(pool: Pool, path: string): Promise<number> {
  const newest = await readNewestHead(pool)
  if (!newest) return 0
  const keys = new Map((await listHeadKeys(pool)).map(({ id, publicKey }) => [id, publicKey]))
  const file = await open(path, 'a+')
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
    await file.read(tail, 0, tail.length, size - tail.length)
    const text = tail.toString()
    const last = text
      .split('\n')
      .map(readSignedHead)
      .findLast((head) => head !== null)
    const before = last ? await readHead(pool, last.number) : null
    if (last && before?.treeRoot.toString('hex') !== last.treeRoot)
      throw new Error(`the anchor file ends with head ${last.number}, which is not of this chain`)
    let after = last?.number ?? newest.number - 1
    let added = 0
    if (text !== '' && !text.endsWith('\n')) await file.appendFile('\n')
    while (after < newest.number) {
      const heads = await readHeads(pool, after, HEADS_AT_ONCE)
      const lines = heads.map((head) => `${JSON.stringify(signedHead(head, keys.get(head.key) ?? ''))}\n`)
      await file.appendFile(lines.join(''))
      added += heads.length
      after = heads.at(-1)?.number ?? newest.number
    }
    await file.datasync()
    return added
  } finally {
    await file.close()
  }
}

const BEGINS = '{"format":"trace-hub-head/1"'
/** Whether a line is the beginning of a head, as a crash leaves it. */
const isTorn = (text: string): boolean =>
  (text.startsWith(BEGINS) || BEGINS.startsWith(text)) && !text.endsWith('}')

/** Compares a file of anchors with the chain. @returns how many of its heads are those of the chain */
export async function verifyAnchors(
  pool: Pool,
  lines: AsyncIterable<AnchorLine>,
  isKnown: (key: string, publicKey: string) => boolean,
  tell: Tell,
): Promise<number> {
  const newest = (await readNewestHead(pool))?.number ?? 0
  let expected: number | null = null
  let right = 0
  /** A line that a crash broke off: it is no news where the head behind it shows that nothing is lost. */
  let broken: string | null = null
  for await (const { number: line, text } of lines) {
    if (text.trim() === '') continue
    const place = `anchor line ${line}`
    const head = readSignedHead(text)
    if (broken !== null && head?.number !== expected)
      tell({ code: 'anchor_altered', batch: null, place: broken })
    broken = null
    if (!head || (head.number <= newest && !isKnown(head.key, head.publicKey))) {
      if (!head && isTorn(text)) broken = place
      else {
        tell({ code: 'anchor_altered', batch: null, place })
        // What was lost with it is not known.
        if (expected !== null) expected++
      }
      continue
    }
    if (expected !== null && head.number > expected) tell({ code: 'anchor_missing', batch: expected, place })
    if (expected !== null && head.number < expected - 1)
      tell({ code: 'anchor_altered', batch: head.number, place })
    expected = Math.max(expected ?? 0, head.number + 1)
    const own = head.number <= newest ? await readHead(pool, head.number) : null
    if (head.number > newest) tell({ code: 'truncated', batch: head.number, place })
    else if (own === null || own.treeRoot.toString('hex') !== head.treeRoot || own.hub !== head.hub)
      tell({ code: 'forked', batch: head.number, place })
    else right++
  }
  // One of which nothing is left proves nothing, and must not look as if it agreed.
  if (expected === null && newest > 0) tell({ code: 'anchor_missing', batch: newest, place: 'anchor' })
  return right
}
