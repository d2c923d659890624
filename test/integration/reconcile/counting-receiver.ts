import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verify } from '#adapters/http/signature.ts'

/** What the receiver keeps of a record: written without any code of the hub, as another implementer would. */
export interface Kept {
  readonly id: string
  readonly version: number
  readonly kind: string
  readonly region: string
  readonly hour: string
  readonly mass: string
}

export interface CountingReceiver {
  readonly url: string
  readonly allow: string
  readonly kept: Map<string, Kept>
  /** Paths that were asked, in order. */
  readonly asked: string[]
  /** Status that the calls for counts and keys are answered with in place of an answer. */
  status: number | null
  /** Secret of the link, once it is known. */
  secret: string
  close(): Promise<void>
}

interface Question {
  readonly from?: string
  readonly to?: string
  readonly untimed?: boolean
  readonly bucket?: { kind: string; region: string; hour: string }
  readonly place?: string
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** In milligrams, so that sums are exact. */
function figures(records: readonly Kept[]) {
  let digest = 0n
  let mass = 0n
  for (const record of records) {
    digest ^= BigInt(`0x${sha256(`${record.id}\n${record.version}`).slice(0, 32)}`)
    mass += BigInt(Math.round(Number(record.mass) * 1_000_000))
  }
  const text = `${mass / 1_000_000n}.${String(mass % 1_000_000n).padStart(6, '0')}`
  return { count: records.length, mass: text, digest: digest.toString(16).padStart(32, '0') }
}

function grouped<T>(
  records: readonly Kept[],
  name: (record: Kept) => string,
  row: (name: string, of: Kept[]) => T,
): T[] {
  const groups = new Map<string, Kept[]>()
  for (const record of records) groups.set(name(record), [...(groups.get(name(record)) ?? []), record])
  return [...groups].map(([text, of]) => row(text, of))
}

export async function startCountingReceiver(): Promise<CountingReceiver> {
  const receiver = {
    kept: new Map<string, Kept>(),
    asked: [] as string[],
    status: null as number | null,
    secret: '',
  }
  const take = (
    changes: readonly { event: string; id: string; version: number; kind: string; record: never }[],
  ) => {
    for (const { id, version, kind, record } of changes) {
      if ((receiver.kept.get(id)?.version ?? 0) >= version) continue
      const { occurredAt, region, quantity, status } = record as {
        occurredAt?: { at: string }
        region?: { code: string }
        quantity?: { value: string; unit: string }
        status: string
      }
      const at = occurredAt ? new Date(Date.parse(occurredAt.at) + 8 * 3_600_000).toISOString() : ''
      const mass = status === 'void' || quantity?.unit !== 'KGM' ? '0' : (quantity.value ?? '0')
      receiver.kept.set(id, { id, version, kind, region: region?.code ?? '', hour: at.slice(0, 13), mass })
    }
    return { results: changes.map(({ event }) => ({ event, verdict: 'ok' })) }
  }
  const inBucket = ({ bucket, place = '' }: Question) =>
    [...receiver.kept.values()].filter(
      ({ id, kind, region, hour }) =>
        kind === bucket?.kind &&
        region === bucket.region &&
        hour === bucket.hour &&
        sha256(id).startsWith(place),
    )
  const counts = (question: Question) => {
    const { from = '', to = '', untimed = false, bucket, place = '' } = question
    if (bucket)
      return {
        parts: grouped(
          inBucket(question),
          ({ id }) => sha256(id).slice(0, place.length + 1),
          (name, of) => ({ place: name, ...figures(of) }),
        ),
      }
    const wanted = [...receiver.kept.values()].filter(({ hour }) =>
      untimed ? hour === '' : hour >= from && hour < to,
    )
    return {
      buckets: grouped(
        wanted,
        ({ kind, region, hour }) => `${kind} ${region} ${hour}`,
        (_, of) => {
          const { kind, region, hour } = of[0] as Kept
          return { kind, region, hour, ...figures(of) }
        },
      ),
    }
  }
  const answer = (path: string, question: never): object => {
    if (path.endsWith('/counts')) return counts(question)
    if (path.endsWith('/keys'))
      return { keys: inBucket(question).map(({ id, version, mass }) => ({ id, version, mass })) }
    return take((question as { changes: never }).changes)
  }
  const server = createServer(async (request, response) => {
    const body = await read(request)
    const path = request.url ?? ''
    const isQuestion = !path.endsWith('/changes')
    if (isQuestion) receiver.asked.push(path)
    const fault =
      receiver.secret && verify([receiver.secret], request.headers, body, Math.floor(Date.now() / 1000))
    const status = fault ? 401 : isQuestion ? receiver.status : null
    if (status !== null) response.writeHead(status).end()
    else
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(answer(path, JSON.parse(body) as never)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}/changes`,
    allow: `127.0.0.1/32:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
