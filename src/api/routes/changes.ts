import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import Type from 'typebox'
import { feedOf } from '#api/feed.ts'
import { readFeedCursor, writeFeedCursor } from '#api/feed-cursor.ts'
import { givesFull, mayBeFull } from '#api/full-values.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf } from '#api/scopes.ts'
import { readSightCursor, writeSightCursor } from '#api/sight-cursor.ts'
import { HubError } from '#core/errors.ts'
import { KINDS } from '#core/model/kinds.ts'
import { maskedText } from '#core/model/masked-record.ts'
import { type PullingLink, pullAll, pullOf } from '#flow/delivery/pulled.ts'
import { relatedSources } from '#flow/delivery/related.ts'
import type { Link } from '#store/links.ts'
import { notePulled } from '#store/pulled-links.ts'
import { sealingKey } from '#store/sealing-key.ts'
import { withSight } from '#store/sighted.ts'
import { readSightedChanges } from '#store/sighted-changes.ts'

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

/** Beyond every position. */
const NEVER = 9_223_372_036_854_775_807n

/** Pages of the log that one call looks through when a narrow filter lets nothing pass. */
const PAGES_MAX = 20

/** `GET /v1/changes`: the change log for receivers that pull. */
export const changeRoutes =
  ({ pool, registry, head, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
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
          'it is given on an empty page too, and belongs to its filter and to the key that got it. With `wait` the answer comes as soon as',
          'there is a change. Needs the scope `read` (of a system or region: only its changes), or `link:<id>`: then only what this link lets through is given, of each record what',
          'the link may see (`sees`), in the format of its mapping, from where the link begins. A change that the mapping cannot write has `record: null` and a `problem`.',
          'The hub takes a cursor that comes back for a receipt of all before it: by that it tells how far the receiver is. What corrects a record that a filter let through is given too, also where it no longer fits; where it is corrected to a region that the key does not see, it is told as a void with `outOfSight`. A cursor of a link ends with the filter of the link; while the link is paused the answer to its receiver is 409.',
          '',
          '按提交顺序给出每条记录的每个版本，不会遗漏；空页同样返回 next；游标与过滤条件及密钥绑定；wait 为长轮询秒数；按链路读取时自链路起点开始，只含其可见级别，并按其映射给出；更正到密钥可见区划之外的记录以带 outOfSight 的作废告知；交回游标即视为已收妥此前内容；链路过滤条件修改后原游标失效，链路暂停期间接收方得到 409。',
        ].join('\n'),
        querystring: ChangesQuery,
        response: {
          200: answer('ChangePage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 409, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { after, limit = LIMIT, wait = 0 } = request.query
        const untilMs = clock() + wait * 1000
        const feed = await feedOf(pool, request)
        const secret = await sealingKey(pool, 'cursors')
        const of = { keyId: feed.keyId, filter: filterTexts(request.query, feed.link?.id), link: feed.link }
        const { sight } = feed
        const sealedOf = sight && [...of.filter, of.keyId ?? '', ...sight.systems, '', ...sight.regions]
        const position = sealedOf
          ? readSightCursor(secret, sealedOf, after)
          : readFeedCursor(secret, of, after)
        const send = (texts: readonly string[], next: bigint): FastifyReply =>
          sendChanges(
            reply,
            texts,
            sealedOf ? writeSightCursor(secret, sealedOf, next) : writeFeedCursor(secret, of, next),
          )
        const { filter } = feed
        const gone = whenGone(reply)
        if (!filter) {
          await head.passed(NEVER, {}, wait * 1000, gone)
          return send([], position)
        }
        // Who is not the receiver of a link sees of a person what he would see without it.
        const isReceiver = feed.link !== null && callerOf(request).scopes.includes(`link:${feed.link.id}`)
        const full = isReceiver || mayBeFull(request)
        const pull = feed.link
          ? pullOf(registry, relatedSources(pool), full ? feed.link : withoutPersonal(feed.link))
          : pullAll(full ? (text) => text : maskedText)
        if (!pull)
          throw new HubError('mapping_broken', {
            detail: `the mapping of the link ${feed.link?.id} has mistakes, or needs what may not be seen here`,
          })
        const isChanged = async ({ updatedAt }: Pick<Link, 'updatedAt'>): Promise<boolean> =>
          (await feedOf(pool, request)).link?.updatedAt !== updatedAt
        // A narrower question does not tell that it has the rest.
        if (isReceiver && feed.link && isWhole(request.query)) await notePulled(pool, feed.link.id, position)
        const read = async (after: bigint): Promise<{ texts: readonly string[]; next: bigint }> => {
          let next = after
          for (let i = 0; ; i++) {
            const asked = { after: next, limit, filter, link: feed.link?.id }
            const page = await withSight(pool, sight, (reader, hub) =>
              readSightedChanges({ reader, hub }, asked, sight),
            )
            const texts = await pull(page.rows)
            next = page.next
            if (texts.length > 0 || page.atHead || i + 1 === PAGES_MAX) return { texts, next }
          }
        }
        let page = await read(position)
        if (page.texts.length === 0 && wait > 0) {
          while (page.texts.length === 0 && (await head.passed(page.next, filter, untilMs - clock(), gone))) {
            page = await read(page.next)
          }
          // What its administrator has said meanwhile counts: who waits may not see more than who asks now.
          if (page.texts.length > 0 && feed.link && (await isChanged(feed.link))) return send([], position)
        }
        if (page.texts.length > 0) {
          const range = { count: page.texts.length, upTo: String(page.next) }
          await givesFull(pool, request, reply, {
            subject: 'changes',
            after: String(position),
            ...range,
            link: feed.link?.id ?? null,
          })
        }
        return send(page.texts, page.next)
      },
    })
  }

const withoutPersonal = (link: PullingLink): PullingLink => ({
  ...link,
  sees: link.sees.filter((one) => one !== 'personal'),
})

/** Whether all that the link lets through was asked for. */
const isWhole = ({ kind, region, system }: ChangesParameters): boolean =>
  kind === undefined && region === undefined && system === undefined

/** What a cursor is bound to: another filter would leave changes out that were passed already. */
const filterTexts = (
  { kind = '', region = '', system = '' }: ChangesParameters,
  link = '',
): readonly string[] => [kind, region, system, link]

function whenGone(reply: FastifyReply): AbortSignal {
  const abort = new AbortController()
  reply.raw.once('close', () => abort.abort())
  return abort.signal
}

const sendChanges = (reply: FastifyReply, texts: readonly string[], next: string): FastifyReply =>
  reply.type('application/json').send(`{"changes":[${texts.join(',')}],"next":"${next}"}`)
