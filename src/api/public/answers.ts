import { createHash } from 'node:crypto'
import type { PublicAnswer } from '#flow/trace/public.ts'
import { createBounded } from './cache.ts'
import { createHead } from './freshness.ts'
import { createGate, type Gate } from './gate.ts'

/** Where the answers of the public pages come from. */
export interface PublicSource {
  /** Asks the database. */
  readonly ask: (question: { code: string; of: string | undefined; on: string }) => Promise<PublicAnswer>
  /** The newest position of the log. */
  readonly head: () => Promise<bigint>
  /** Whether anything that the answer rests on changed in this part of the log. */
  readonly isTouched: (
    on: Pick<PublicAnswer, 'codes' | 'records'>,
    after: bigint,
    upTo: bigint,
  ) => Promise<boolean>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** One answer with the texts that were made of it. */
export interface KeptAnswer {
  readonly key: string
  readonly answer: PublicAnswer
  /** The day for which papers were judged, YYYY-MM-DD. */
  readonly on: string
  /** Position of the log up to which it is known to be true. */
  position: bigint
  readonly bornMs: number
  readonly texts: Map<string, Text>
}

export interface Text {
  readonly bytes: Buffer
  readonly etag: string
}

export interface PublicAnswers {
  /** The answer as of now: at most `HEAD_AGE_MS` behind the database. @throws HubError `overloaded` */
  find(code: string, of: string | undefined): Promise<KeptAnswer>
  /** A text made of an answer, once. */
  text(kept: KeptAnswer, name: string, make: () => string): Text
  readonly size: number
}

/** How old the knowledge of the head may be: a stop of sale is on the page a quarter of a second after its COMMIT. */
export const HEAD_AGE_MS = 250
/** Links may be found later than the records that they join; an answer is made anew after this in any case. */
const OLDEST_MS = 30_000
const CHINA_OFFSET_MS = 8 * 3_600_000
/** Further behind than this, an answer is as quickly made anew as checked. */
const CHECKED_MOST = 5000n
const FOUND_BOUNDS = { entries: 5000, bytes: 32_000_000 }
const UNKNOWN_BOUNDS = { entries: 5000, bytes: 8_000_000 }
const GATE = { atOnce: 4, waiting: 64, waitMs: 3000 }

const dayInChina = (nowMs: number): string => new Date(nowMs + CHINA_OFFSET_MS).toISOString().slice(0, 10)

/**
 * Answers, kept in bounded memory by their code and the newest position at which nothing they rest on had changed. One computation for
 * one code at a time, few for all. What is not known is kept apart, so that a search through codes drives out no page.
 */
export function createAnswers(source: PublicSource, gate: Gate = createGate(GATE)): PublicAnswers {
  const found = createBounded<KeptAnswer>(FOUND_BOUNDS)
  const unknown = createBounded<KeptAnswer>(UNKNOWN_BOUNDS)
  const underWay = new Map<string, Promise<KeptAnswer>>()
  const head = createHead(source.head, HEAD_AGE_MS)
  const isOver = ({ bornMs, on }: KeptAnswer): boolean => {
    const nowMs = source.clock()
    return nowMs - bornMs > OLDEST_MS || dayInChina(nowMs) !== on
  }

  const compute = async (key: string, code: string, of: string | undefined): Promise<KeptAnswer> => {
    // Read before the answer: what is committed while it is made counts as newer.
    const position = await source.head()
    const bornMs = source.clock()
    const on = dayInChina(bornMs)
    const answer = await source.ask({ code, of, on })
    const kept: KeptAnswer = { key, answer, on, position, bornMs, texts: new Map() }
    const [here, there] = answer.found ? [found, unknown] : [unknown, found]
    there.delete(key)
    here.set(key, kept, 2 * (JSON.stringify(answer).length + key.length))
    return kept
  }

  const renew = async (key: string, code: string, of: string | undefined): Promise<KeptAnswer> => {
    const kept = found.get(key) ?? unknown.get(key)
    if (!kept || isOver(kept)) return compute(key, code, of)
    const newest = await head()
    if (newest <= kept.position) return kept
    const isFar = newest - kept.position > CHECKED_MOST
    if (isFar || (await source.isTouched(kept.answer, kept.position, newest))) return compute(key, code, of)
    kept.position = newest
    return kept
  }

  return {
    async find(code, of) {
      const key = `${of ?? ''}\n${code}`
      const kept = found.get(key) ?? unknown.get(key)
      if (kept && !isOver(kept) && (await head()) <= kept.position) return kept
      const current = underWay.get(key)
      if (current) return current
      const renewed = gate.run(() => renew(key, code, of)).finally(() => underWay.delete(key))
      underWay.set(key, renewed)
      return renewed
    },
    text(kept, name, make) {
      const known = kept.texts.get(name)
      if (known) return known
      const bytes = Buffer.from(make())
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
      const text = { bytes, etag }
      kept.texts.set(name, text)
      found.grow(kept.key, kept, bytes.length)
      return text
    },
    get size() {
      return found.size + unknown.size
    },
  }
}
