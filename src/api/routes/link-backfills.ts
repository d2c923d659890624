import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { INSTANT, readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { BackfillScope } from '#api/schemas/link-backfills.ts'
import { HubError } from '#core/errors.ts'
import { PULLS } from '#flow/delivery/pulled.ts'
import {
  cancelBackfill,
  countBackfill,
  createBackfill,
  listBackfills,
  type BackfillScope as Scope,
} from '#store/backfills.ts'
import { LANES } from '#store/lanes.ts'
import { readLink } from '#store/links.ts'

const LinkParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Link · 链路' }) })
const BackfillParams = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Link · 链路' }),
  backfill: Type.String({ format: 'uuid', description: 'Backfill · 补发' }),
})
const NewBackfill = Type.Object(
  {
    ...BackfillScope.properties,
    dryRun: Type.Optional(Type.Boolean({ description: 'Only count · 仅统计' })),
  },
  {
    additionalProperties: false,
    title: 'New backfill · 新补发',
    examples: [{ kinds: ['sale'], from: '2026-07-01T00:00:00+08:00', to: '2026-07-02T00:00:00+08:00' }, {}],
  },
)

/** `POST /v1/links/{id}/backfill`, `GET /v1/links/{id}/backfills`, and one of them. */
export const linkBackfillRoutes =
  ({ pool, queues }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const unknown = (id: string): HubError => new HubError('not_found', { detail: `link ${id}` })
    const one = async (id: string, backfill: string) => {
      const [found] = await listBackfills(pool, { linkId: id, id: backfill, limit: 1 })
      if (!found) throw new HubError('not_found', { detail: `backfill ${backfill} of link ${id}` })
      return found
    }
    app.route<{ Params: { id: string }; Body: Scope & { readonly dryRun?: boolean } }>({
      method: 'POST',
      url: '/v1/links/:id/backfill',
      config: { scopes: [] },
      schema: {
        operationId: 'createBackfill',
        tags: ['links'],
        summary: 'Send the past over a link · 补发历史变更',
        description: [
          'Sends what the hub has, within the scope and the filter of the link: each record once, as it is now, beside what is live. Live',
          'changes go first and a backfill always moves; a version never goes after a newer one, and each has the event that it always has.',
          'With `dryRun` the answer is 200 and counts.',
          '',
          '在范围与链路过滤条件内补发已存数据：每条记录发送一次当前版本，与实时变更并行；实时优先，补发持续推进，版本不倒退，事件号不变。',
          'dryRun 时返回 200，仅统计。',
        ].join('\n'),
        params: LinkParams,
        body: NewBackfill,
        response: {
          200: answer('BackfillCount', 'With dryRun · 仅统计'),
          202: answer('Backfill', 'It is under way · 已受理'),
          ...problems(400, 401, 403, 404, 413, 415, 429, 503),
        },
      },
      handler: async ({ params: { id }, body: { dryRun = false, ...scope } }, reply) => {
        const link = await readLink(pool, id)
        if (!link) throw unknown(id)
        if (dryRun) return { records: (await countBackfill(pool, id, scope)) ?? 0 }
        if (link.url === null) throw pulls()
        const backfill = await createBackfill(pool, id, scope)
        if (!backfill) throw unknown(id)
        await Promise.all(LANES.map((lane) => queues.wakeLink(id, 0, lane)))
        reply.code(202).header('location', `/v1/links/${id}/backfills/${backfill.id}`)
        return backfill
      },
    })
    app.route<{ Params: { id: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/links/:id/backfills',
      config: { scopes: ['read', 'link:{id}'] },
      schema: {
        operationId: 'listBackfills',
        tags: ['links'],
        summary: 'Backfills of a link · 补发列表',
        description: 'With progress and counts of their own, newest first. 含进度与独立计数，最新在前。',
        params: LinkParams,
        querystring: query(pageQuery),
        response: {
          200: answer('BackfillPage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id }, query: { after, limit = LIMIT } }) => {
        const cursor = readCursor(after, INSTANT, UUID)
        if (!(await readLink(pool, id))) throw unknown(id)
        const rows = await listBackfills(pool, {
          linkId: id,
          limit: limit + 1,
          ...(cursor ? { before: { createdAt: cursor[0] as string, id: cursor[1] as string } } : {}),
        })
        const page = pageOf(rows, limit, (last) => writeCursor(last.createdAt, last.id))
        return { backfills: page.rows, next: page.next }
      },
    })
    app.route<{ Params: { id: string; backfill: string } }>({
      method: 'GET',
      url: '/v1/links/:id/backfills/:backfill',
      config: { scopes: ['read', 'link:{id}'] },
      schema: {
        operationId: 'getBackfill',
        tags: ['links'],
        summary: 'A backfill with its progress · 补发详情',
        description: 'How far it is and what came of it. 进度与结果。',
        params: BackfillParams,
        response: {
          200: answer('Backfill', 'The backfill · 补发'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: ({ params: { id, backfill } }) => one(id, backfill),
    })
    app.route<{ Params: { id: string; backfill: string } }>({
      method: 'POST',
      url: '/v1/links/:id/backfills/:backfill/cancel',
      config: { scopes: [] },
      schema: {
        operationId: 'cancelBackfill',
        tags: ['links'],
        summary: 'End a backfill · 取消补发',
        description: 'What it sent stays sent; a batch under way ends. 已发送的不撤回，进行中的批次会完成。',
        params: BackfillParams,
        response: {
          200: answer('Backfill', 'The backfill · 补发'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id, backfill } }) => {
        await cancelBackfill(pool, id, backfill)
        return one(id, backfill)
      },
    })
  }

const pulls = (): HubError => new HubError('invalid_request', { issues: [{ ...PULLS, path: '/' }] })
