import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { type Language, languageOf } from '#api/language.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { reconciliationView } from '#api/reconciliation-view.ts'
import { NewReconciliation, wish } from '#api/reconciliation-wish.ts'
import { callerOf, holds, whoOf } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { readAnew } from '#flow/channels/source-counts.ts'
import { PULLS } from '#flow/delivery/pulled.ts'
import { createReconciliation, type ReconciliationWish } from '#flow/reconcile/create-reconciliation.ts'
import { readGivenCsv, readGivenJson } from '#flow/reconcile/read-given.ts'
import { resendFindings } from '#flow/reconcile/resend.ts'
import { readLink } from '#store/links.ts'
import { type FoundBucket, listFindings, readDifferences } from '#store/reconciliation-findings.ts'
import {
  listReconciliations,
  type Reconciliation,
  readReconciliation,
  type SeenLinks,
} from '#store/reconciliations.ts'

/** A list of keys of a day of a market; more is for several calls. */
const CSV_MAX = 16 * 1024 * 1024
const BUCKETS_SHOWN = 1000

type Body = ReconciliationWish & {
  readonly figures?: readonly Record<string, unknown>[]
  readonly keys?: readonly Record<string, unknown>[]
}

const Params = Type.Object({ id: Type.String({ format: 'uuid', description: 'Reconciliation · 对账' }) })
const unknown = (id: string): HubError => new HubError('not_found', { detail: `reconciliation ${id}` })

/** Which reconciliations a caller may see: of the links and systems that it has a scope of. */
function sightOf(request: FastifyRequest): SeenLinks {
  const caller = callerOf(request)
  if (holds(caller, 'read')) return null
  const of = (prefix: string) =>
    caller.scopes.filter((scope) => scope.startsWith(prefix)).map((scope) => scope.slice(prefix.length))
  const sight = { links: of('link:'), systems: of('push:') }
  if (sight.links.length === 0 && sight.systems.length === 0)
    throw new HubError('forbidden', { detail: 'needs the scope read, link:<id>, push:<system> or admin' })
  return sight
}

const isSeen = (sight: SeenLinks, { linkId, system }: Pick<Reconciliation, 'linkId' | 'system'>): boolean =>
  sight === null ||
  (linkId === null ? system !== null && sight.systems.includes(system) : sight.links.includes(linkId))

/** Who may ask for a reconciliation, or for what it found: the administrator, the receiver of the link, the system itself. */
function mustHold(
  request: FastifyRequest,
  { link, system }: { link?: string | null; system?: string | null },
): void {
  const scope = link ? `link:${link}` : `push:${system ?? ''}`
  if (!holds(callerOf(request), scope))
    throw new HubError('forbidden', { detail: `needs the scope ${scope} or admin` })
}

/** `POST/GET /v1/reconciliations`, `GET /v1/reconciliations/{id}` and `/resend`. */
export const reconciliationRoutes =
  ({ pool, registry, queues, clock, language, intake }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: CSV_MAX }, (_request, body, done) =>
      done(null, body),
    )
    const spoken = (request: FastifyRequest): Language =>
      languageOf(request.headers['accept-language'], language)
    const seen = async (request: FastifyRequest<{ Params: { id: string } }>): Promise<Reconciliation> => {
      const { id } = request.params
      const sight = sightOf(request)
      const one = await readReconciliation(pool, id)
      if (!one || !isSeen(sight, one)) throw unknown(id)
      return one
    }

    app.route<{ Body: Body | Buffer; Querystring: ReconciliationWish }>({
      method: 'POST',
      url: '/v1/reconciliations',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'createReconciliation',
        tags: ['links'],
        summary: 'Compare with the other side · 发起对账',
        description: [
          'Compares what this hub has with what the other side of a link has, or with what a source says that it sent: count, mass and digest',
          'by kind, region and hour, then the records. Without `figures` and `keys` the receiver of the link is asked. A body of `text/csv`',
          'holds figures (`kind,region,hour,count,mass,digest`, or `day`) or keys (`id,version,mass`; of a source also `kind,record,key`);',
          'then the rest stands in the query. Needs `link:<id>` or `push:<system>`, or `admin`.',
          '',
          '将本平台的记录与链路对方、或来源系统所述进行核对：先比较类型、区划、小时的数量、重量与摘要，再定位到记录；',
          '不给数字与主键时询问接收方；text/csv 请求体可为数字或主键，其余参数放在查询串。',
        ].join('\n'),
        querystring: query(wish),
        body: {
          content: {
            'application/json': { schema: NewReconciliation },
            'text/csv': { schema: { description: 'Figures or keys · 数字或主键' } },
          },
        },
        response: {
          202: answer('Reconciliation', 'It is under way · 已受理'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { body } = request
        const wanted: ReconciliationWish = Buffer.isBuffer(body) ? request.query : body
        mustHold(request, wanted)
        const system = wanted.link === undefined ? (wanted.system ?? null) : null
        const given = Buffer.isBuffer(body) ? readGivenCsv(body, system) : readGivenJson(body, system)
        const one = await createReconciliation(
          { pool, clock, isSystem: (id) => registry.system(id) !== undefined },
          wanted,
          given,
          whoOf(request),
        )
        await queues.wakeReconciliation(one.id)
        reply.code(202).header('location', `/v1/reconciliations/${one.id}`)
        return reconciliationView(one, spoken(request))
      },
    })
    app.route<{
      Querystring: PageQuery & { link?: string; system?: string; daily?: boolean; outcome?: string }
    }>({
      method: 'GET',
      url: '/v1/reconciliations',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'listReconciliations',
        tags: ['links'],
        summary: 'Reconciliations · 对账列表',
        description:
          'The newest first; with `daily=true` the daily reports. Needs `read`; a key of a link or system sees its own. 新者在前；daily=true 仅列日报；链路或系统的密钥只见自己的。',
        querystring: query({
          link: wish.link,
          system: wish.system,
          daily: Type.Optional(
            Type.Boolean({ description: 'Daily reports, or all others · 仅日报或仅其他' }),
          ),
          outcome: Type.Optional(
            Type.Enum(['equal', 'different', 'unsupported', 'one-sided'], { description: 'Outcome · 结果' }),
          ),
          ...pageQuery,
        }),
        response: {
          200: answer('ReconciliationPage', 'One page · 一页'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { link, system, daily, outcome, after, limit = LIMIT } = request.query
        const rows = await listReconciliations(pool, {
          sight: sightOf(request),
          linkId: link,
          system,
          daily,
          outcome,
          after: readCursor(after, UUID)?.[0],
          limit: limit + 1,
        })
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        return {
          reconciliations: page.rows.map((one) => reconciliationView(one, spoken(request))),
          next: page.next,
        }
      },
    })
    app.route<{ Params: { id: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/reconciliations/:id',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'getReconciliation',
        tags: ['links'],
        summary: 'A reconciliation with what differs · 对账详情',
        description:
          'Progress, the buckets that differ, and a page of the records. 进度、不一致的分组与记录（分页）。',
        params: Params,
        querystring: query(pageQuery),
        response: {
          200: answer('ReconciliationReport', 'The reconciliation · 对账'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const one = await seen(request)
        const { after, limit = LIMIT } = request.query
        const buckets = await readDifferences(pool, one.id, { limit: BUCKETS_SHOWN })
        const rows = await listFindings(pool, one.id, {
          after: readCursor(after, /^[^\0]{1,4000}$/)?.[0],
          limit: limit + 1,
        })
        const page = pageOf(rows, limit, ({ recordId }) => writeCursor(recordId))
        return {
          ...reconciliationView(one, spoken(request)),
          buckets: buckets.map(bucketView),
          keys: page.rows.map(({ recordId, ...key }) => ({ id: recordId, ...key })),
          next: page.next,
        }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'POST',
      url: '/v1/reconciliations/:id/resend',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'resendReconciliation',
        tags: ['links'],
        summary: 'Send again what differs · 补送差异',
        description:
          'Over a link, what is missing, outdated or different goes again with its events; from a source it is asked for by `GET /v1/systems/{id}/wanted`, and read anew by a channel that can count. Asked by the administrator, what a receiver has in a version that the hub does not know (behind a restored backup) becomes a new version above it, with the content of the hub, and goes to all. Each record once. 链路：缺失、较旧、不同的记录按原事件号重发；来源系统：列入 wanted 清单，能计数的通道从头重读。由管理员调用时，接收方持有而本平台没有的更高版本（恢复备份后）以本平台内容生成更高的新版本并发往各方。每条记录一次。',
        params: Params,
        response: {
          200: answer('ReconciliationResent', 'What is sent again · 补送'),
          ...problems(400, 401, 403, 404, 409, 429, 503),
        },
      },
      handler: async (request) => {
        const one = await seen(request)
        mustHold(request, { link: one.linkId, system: one.system })
        if (one.state === 'waiting' || one.state === 'running')
          throw new HubError('conflict', { detail: 'the reconciliation is still under way' })
        if (one.linkId !== null && (await readLink(pool, one.linkId))?.url === null)
          throw new HubError('invalid_request', { issues: [{ ...PULLS, path: '/' }] })
        return await resendFindings(
          {
            pool,
            onResent: (link) => void queues.wakeLink(link),
            readAnew: (system, gaps) => readAnew({ pool, registry }, system, gaps),
            ...(holds(callerOf(request), 'admin')
              ? { writeAnew: (records) => intake.writeAnew({ records, keyId: callerOf(request).keyId }) }
              : {}),
          },
          one,
        )
      },
    })
  }

const bucketView = ({ state, ...bucket }: FoundBucket) => ({ ...bucket, narrowed: state === 'narrowed' })
