import { createHash } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import Type from 'typebox'
import { badCursor, POSITION, readCursor, writeCursor } from '#api/cursor.ts'
import { feedOf } from '#api/feed.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { KINDS } from '#core/model/kinds.ts'
import { eventId } from '#flow/delivery/event-id.ts'
import type { ChangeFilter } from '#store/change-filter.ts'
import { type Change, type ChangePage, readChanges } from '#store/changes.ts'

/** Longest wait for a change. */
export const WAIT_MAX_S = 30

const ChangesQuery = query({
  kind: Type.Optional(Type.Enum([...KINDS], { description: 'Kind · 类型' })),
  region: Type.Optional(
    Type.String({
      pattern: '^\\d{2,6}$',
      description: 'GB/T 2260 code, with its subtree · 行政区划代码，含下级',
    }),
  ),
  system: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'System · 来源系统' })),
  link: Type.Optional(
    Type.String({ format: 'uuid', description: 'Only what this link lets through · 仅限该链路范围' }),
  ),
  wait: Type.Optional(
    Type.Integer({ minimum: 0, maximum: WAIT_MAX_S, description: 'Seconds to wait for a change · 等待秒数' }),
  ),
  ...pageQuery,
})

interface ChangesParameters extends PageQuery {
  readonly kind?: string
  readonly region?: string
  readonly system?: string
  readonly link?: string
  readonly wait?: number
}

/** Pages of the log that one call looks through when a narrow filter lets nothing pass. */
const PAGES_MAX = 20

/** `GET /v1/changes`: the change log for receivers that pull. */
export const changeRoutes =
  ({ pool, head, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const read = async (after: bigint, limit: number, filter: ChangeFilter): Promise<ChangePage> => {
      let page = await readChanges(pool, { after, limit, filter })
      for (let i = 1; i < PAGES_MAX && page.rows.length === 0 && !page.atHead; i++) {
        page = await readChanges(pool, { after: page.next, limit, filter })
      }
      return page
    }

    app.route<{ Querystring: ChangesParameters }>({
      method: 'GET',
      url: '/v1/changes',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'listChanges',
        tags: ['records'],
        summary: 'Changes in commit order · 变更订阅',
        description: [
          'Every version of every record, in the order of the commits: no reader can skip one. Keep `next` and give it back as `after`;',
          'it is given on an empty page too, and belongs to its filter. With `wait` the answer comes as soon as there is a change.',
          'Needs the scope `read`, or `link:<id>`: then only what this link lets through is given.',
          '',
          '按提交顺序给出每条记录的每个版本，不会遗漏；空页同样返回 next；游标与过滤条件绑定；wait 为长轮询秒数。',
        ].join('\n'),
        querystring: ChangesQuery,
        response: {
          200: answer('ChangePage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { after, limit = LIMIT, wait = 0 } = request.query
        const untilMs = clock() + wait * 1000
        const feed = await feedOf(pool, request)
        const print = fingerprint(request.query, feed.link)
        const position = positionOf(after, print)
        if (!feed.filter) return sendChanges(reply, [], writeCursor(position, print), feed.link)
        let page = await read(position, limit, feed.filter)
        if (page.rows.length === 0 && wait > 0) {
          const gone = whenGone(reply)
          while (page.rows.length === 0 && (await head.passed(page.next, untilMs - clock(), gone))) {
            page = await read(page.next, limit, feed.filter)
          }
        }
        return sendChanges(reply, page.rows, writeCursor(page.next, print), feed.link)
      },
    })
  }

/** What a cursor is bound to: another filter would leave changes out that were passed already. */
function fingerprint(
  { kind = '', region = '', system = '' }: ChangesParameters,
  link: string | null,
): string {
  return createHash('sha256')
    .update([kind, region, system, link ?? ''].join('\n'))
    .digest('hex')
    .slice(0, 12)
}

function positionOf(after: string | undefined, print: string): bigint {
  const cursor = readCursor(after, POSITION, /^[0-9a-f]{12}$/)
  if (!cursor) return 0n
  const [position = '0', bound] = cursor
  if (bound !== print) throw badCursor('a cursor of another filter')
  return BigInt(position)
}

function whenGone(reply: FastifyReply): AbortSignal {
  const abort = new AbortController()
  reply.raw.once('close', () => abort.abort())
  return abort.signal
}

function sendChanges(
  reply: FastifyReply,
  changes: readonly Change[],
  next: string,
  link: string | null,
): FastifyReply {
  const texts = changes.map((change) =>
    changeText(change, eventId(link ?? 'feed', change.recordId, change.version)),
  )
  return reply.type('application/json').send(`{"changes":[${texts.join(',')}],"next":"${next}"}`)
}

const changeText = (change: Change, event: string): string =>
  `{"event":"${event}","operation":"${change.status === 'void' ? 'void' : 'upsert'}","kind":"${change.kind}","id":${JSON.stringify(
    change.recordId,
  )},"version":${change.version},"record":${change.text}}`
