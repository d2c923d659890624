import { hash } from 'node:crypto'
import { type Bucket, type BucketName, bucketText, type VersionKey } from '#core/reconcile/bucket.ts'
import type { TheirFigures } from '#core/reconcile/compare.ts'
import { readBucketAnswer, readKeyAnswer, readPartAnswer } from '#core/reconcile/read-answers.ts'
import type { Failure, Post } from '#flow/delivery/answer.ts'
import type { WantedHours } from '#store/record-buckets.ts'
import type { BucketPart } from '#store/version-sets.ts'

/** What the other side says that it has. */
export interface TheirSide {
  buckets(hours: WantedHours): Promise<Map<string, BucketName & TheirFigures>>
  parts(part: BucketPart): Promise<Map<string, TheirFigures>>
  keys(part: BucketPart): Promise<VersionKey[]>
  /** Those of the records that the other side has by whatever road; other hubs answer this. */
  named(ids: readonly string[]): Promise<VersionKey[]>
}

/** The receiver gave no answer that can be used. */
export class AskFailed extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.detail)
    this.failure = failure
  }
}

/** Pages of one question; a receiver that never comes to an end is asked no further. */
const PAGES_MAX = 2000

/** A receiver that answers `/counts` and `/keys` below its address, as `openapi/receiver.json` says. */
export function askedSide(
  post: Post,
  to: {
    readonly link: string
    readonly url: string
    readonly allow: readonly string[]
    /** Secrets with which it is signed, and the token, see `Proof`. */
    readonly secret: string
    readonly token: string | null
  },
  at: { readonly now: () => number; readonly signal: AbortSignal; readonly onCall: () => void },
): TheirSide {
  const ask = async <T>(
    path: 'counts' | 'keys',
    question: object,
    read: (text: string) => { readonly rows: T[]; readonly next: string | null } | null,
  ): Promise<T[]> => {
    const rows: T[] = []
    for (let page = 0, after: string | null = null; page < PAGES_MAX; page++) {
      const body = JSON.stringify({ link: to.link, ...question, ...(after === null ? {} : { after }) })
      at.onCall()
      const answer = await post({
        url: below(to.url, path),
        allow: to.allow,
        body,
        contentType: 'application/json',
        proof: {
          secret: to.secret,
          token: to.token,
          messageId: `ask_${hash('sha256', body, 'base64url')}`,
          timestamp: Math.floor(at.now() / 1000),
        },
        signal: at.signal,
      })
      if (answer.kind === 'failed') throw new AskFailed(answer)
      const told = read(answer.body)
      if (told === null) throw new AskFailed(unreadable(answer.status, path))
      rows.push(...told.rows)
      if (told.next === null) return rows
      after = told.next
    }
    throw new AskFailed(unreadable(200, path))
  }
  return {
    async buckets(hours) {
      const question = hours === null ? { untimed: true } : { from: hours.from, to: hours.to }
      const rows = await ask('counts', question, readBucketAnswer)
      return new Map(rows.map((row) => [bucketText(row), row]))
    },
    async parts({ bucket, place }) {
      const rows = await ask('counts', { bucket: nameOf(bucket), place }, readPartAnswer)
      return new Map(rows.map(({ place: name, ...figures }) => [name, figures]))
    },
    named: (ids) => ask('keys', { ids }, readKeyAnswer),
    keys: ({ bucket, place }) => ask('keys', { bucket: nameOf(bucket), place }, readKeyAnswer),
  }
}

const nameOf = ({ kind, region, hour }: BucketName | Bucket): BucketName => ({ kind, region, hour })

/** The address of a receiver with a further step in its path. */
function below(address: string, step: string): string {
  const url = new URL(address)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${step}`
  return url.href
}

const unreadable = (status: number, path: string): Failure => ({
  class: 'config',
  status,
  detail: `the answer to /${path} is not one of the contract`,
})

/** A side whose masses are not compared, because the link may not see them. */
export function withoutMass(side: TheirSide): TheirSide {
  const bare = <K, T extends { readonly mass: string | null }>(rows: ReadonlyMap<K, T>): Map<K, T> =>
    new Map([...rows].map(([name, row]) => [name, { ...row, mass: null }]))
  const keys = (rows: readonly VersionKey[]): VersionKey[] => rows.map((row) => ({ ...row, mass: null }))
  return {
    buckets: async (hours) => bare(await side.buckets(hours)),
    parts: async (part) => bare(await side.parts(part)),
    keys: async (part) => keys(await side.keys(part)),
    named: async (ids) => keys(await side.named(ids)),
  }
}
