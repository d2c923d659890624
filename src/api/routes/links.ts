import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import Type from 'typebox'
import { readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { linkExample, newLinkExample } from '#api/examples-links.ts'
import { languageOf } from '#api/language.ts'
import { linkView, type Moment } from '#api/link-view.ts'
import {
  type LinkChange,
  LinkPatchBody,
  NewLinkBody,
  type NewLinkFields,
  settledLink,
  wishOf,
} from '#api/link-wish.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { areOtherSecrets, sealedWish } from '#api/remote-wish.ts'
import { refuseSending } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { headPosition } from '#store/changes.ts'
import { LANES } from '#store/lanes.ts'
import { readLaneLags } from '#store/link-lags.ts'
import {
  createLink,
  deleteLink,
  type Link,
  type LinkPatch,
  listLinks,
  patchLink,
  readLink,
} from '#store/links.ts'

const LinkParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Link · 链路' }) })
interface OfLink {
  Params: { id: string }
}

const unknown = (id: string): HubError => new HubError('not_found', { detail: `link ${id}` })

/** `GET/POST /v1/links`, `GET/PATCH/DELETE /v1/links/{id}`, `/pause` and `/resume`. */
export const linkRoutes =
  ({ pool, registry, queues, language, clock, dropFolders = [] }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const moment = async (
      headers: { 'accept-language'?: string | undefined },
      links: readonly Link[],
    ): Promise<Moment> => ({
      head: await headPosition(pool),
      lags: await readLaneLags(
        pool,
        links.map(({ id }) => id),
      ),
      nowMs: clock(),
      language: languageOf(headers['accept-language'], language),
    })
    const view = async (link: Link, headers: { 'accept-language'?: string | undefined }) =>
      linkView(link, await moment(headers, [link]))
    const wake = async (id: string): Promise<void> => {
      await Promise.all(LANES.map((lane) => queues.wakeLink(id, 0, lane)))
    }
    const changed = async (id: string, patch: LinkPatch): Promise<Link> => {
      const link = await patchLink(pool, id, patch)
      if (!link) throw unknown(id)
      if (link.state === 'active') await wake(id)
      return link
    }

    /** What a change comes to: where it sends to is one thing, whether an address or a folder. */
    const settledPatch = async (
      link: Link,
      { folder, coalesce, secrets, ...body }: LinkChange,
    ): Promise<LinkPatch> => {
      const moved = folder ? { url: null, folder } : body.url ? { url: body.url, folder: null } : {}
      const { url, allowAddress, sees } = await settledLink(
        { pool, registry, dropFolders },
        { ...wishOf(link), ...body, ...moved, ...(secrets === undefined ? {} : { secrets }) },
        link.id,
      )
      const given = sealedWish({ ...body, ...(secrets === undefined ? {} : { secrets }) })
      const token =
        given === undefined && (folder || body.url) && areOtherSecrets(link.url, url ?? null) ? null : given
      return {
        ...body,
        ...(token === undefined ? {} : { token }),
        ...((folder || body.url) && url ? { url } : {}),
        ...(body.allowAddress === undefined || allowAddress === undefined ? {} : { allowAddress }),
        ...(body.sees ? { sees } : {}),
        ...(coalesce === undefined ? {} : { coalesces: coalesce }),
      }
    }

    app.route<{ Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/links',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'listLinks',
        tags: ['links'],
        summary: 'Links · 链路列表',
        description: 'With how far each is behind and why it stands still. 含落后数量与停滞原因。',
        querystring: query(pageQuery),
        response: { 200: answer('LinkPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async ({ headers, query: { after, limit = LIMIT } }) => {
        const cursor = readCursor(after, UUID)?.[0]
        const rows = await listLinks(pool, {
          limit: limit + 1,
          ...(cursor === undefined ? {} : { after: cursor }),
        })
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        const at = await moment(headers, page.rows)
        return { links: page.rows.map((link) => linkView(link, at)), next: page.next }
      },
    })
    app.route<{ Body: NewLinkFields }>({
      method: 'POST',
      url: '/v1/links',
      config: { scopes: [] },
      schema: {
        operationId: 'createLink',
        tags: ['links'],
        summary: 'Make a link · 创建链路',
        description: [
          'From then on every change that fits the filter, old ones first, goes to the receiver. `url` makes a plain HTTP receiver; a',
          'private or loopback address must be named in `allowAddress`. One of `url`, `folder` and `system` is needed. With `system` the address is that of its settings; where',
          'these have none the receiver pulls `/v1/changes` with the scope `link:<id>`: `{"name": "city", "system": "city-platform"}`. With `folder`, or an address of sftp, ftps or ftp, it writes files. It sees only values of the',
          'classes in `sees`: nothing restricted and nothing personal unless they are named. The signing secret is shown only in this answer;',
          'with `signing: v1a` there is none, and the receiver is told the public key. Operators make no link that sees `personal` (403).',
          '',
          '创建后，符合过滤条件的变更（含历史）依次投递；内网地址须在 allowAddress 中声明；folder 表示写文件；只发送 sees 所列共享级别的值；签名密钥仅此一次返回；可见 personal 的链路须由 admin 密钥创建。',
        ].join('\n'),
        body: NewLinkBody,
        response: {
          201: answer('NewLink', 'The link · 链路', newLinkExample),
          ...problems(400, 401, 403, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { body, headers } = request
        refuseSending(request, body.sees)
        const wanted = await settledLink({ pool, registry, dropFolders }, body)
        const { link, secret } = await createLink(pool, {
          ...wanted,
          name: body.name,
          token: sealedWish(body) ?? null,
          scheme: body.signing ?? 'v1',
        })
        await wake(link.id)
        reply.code(201).header('location', `/v1/links/${link.id}`)
        return { ...(await view(link, headers)), secret }
      },
    })
    app.route<OfLink>({
      method: 'GET',
      url: '/v1/links/:id',
      config: { scopes: ['read', 'link:{id}'] },
      schema: {
        operationId: 'getLink',
        tags: ['links'],
        summary: 'A link · 链路详情',
        description: 'How far it is, and what holds it up. 当前进度与停滞原因。',
        params: LinkParams,
        response: {
          200: answer('Link', 'The link · 链路', linkExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id }, headers }) => {
        const link = await readLink(pool, id)
        if (!link) throw unknown(id)
        return view(link, headers)
      },
    })
    app.route<OfLink & { Body: LinkChange }>({
      method: 'PATCH',
      url: '/v1/links/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'patchLink',
        tags: ['links'],
        summary: 'Change a link · 修改链路',
        description:
          'It tries again at once with its new settings. Operators redirect no link that sees `personal`, and let none see it (403). 修改后立即按新设置重试；可见 personal 的链路改址须由 admin 密钥办理。',
        params: LinkParams,
        body: LinkPatchBody,
        response: {
          200: answer('Link', 'The link · 链路'),
          ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request) => {
        const {
          params: { id },
          body,
          headers,
        } = request
        const link = await readLink(pool, id)
        if (!link) throw unknown(id)
        if (body.url || body.folder || body.sees) refuseSending(request, body.sees ?? link.sees)
        return view(await changed(id, await settledPatch(link, body)), headers)
      },
    })
    app.route<OfLink>({
      method: 'DELETE',
      url: '/v1/links/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'deleteLink',
        tags: ['links'],
        summary: 'Delete a link · 删除链路',
        description:
          'What it holds goes with it; its deliveries stay as history. 滞留变更一并删除，投递历史保留。',
        params: LinkParams,
        response: {
          204: { description: 'Deleted · 已删除', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id } }, reply): Promise<FastifyReply> => {
        if (!(await deleteLink(pool, id))) throw unknown(id)
        return reply.code(204).send()
      },
    })
    const states = [
      {
        word: 'pause',
        state: 'paused',
        summary: 'Pause a link · 暂停链路',
        description: 'A batch under way ends. 进行中的批次会完成。',
      },
      {
        word: 'resume',
        state: 'active',
        summary: 'Resume a link · 恢复链路',
        description: 'It goes on where it stood. 从停下处继续。',
      },
    ] as const
    for (const { word, state, summary, description } of states) {
      app.route<OfLink>({
        method: 'POST',
        url: `/v1/links/:id/${word}`,
        config: { scopes: [] },
        schema: {
          operationId: `${word}Link`,
          tags: ['links'],
          summary,
          description,
          params: LinkParams,
          response: { 200: answer('Link', 'The link · 链路'), ...problems(400, 401, 403, 404, 429, 503) },
        },
        handler: async ({ params: { id }, headers }) => view(await changed(id, { state }), headers),
      })
    }
  }
