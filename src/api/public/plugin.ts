import { createHash } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type Language, languageOf } from '#api/language.ts'
import { problems } from '#api/openapi.ts'
import { HubError } from '#core/errors.ts'
import { PublicTrace } from '#flow/trace/public-trace.ts'
import { tracePage, unknownPage } from './page.ts'
import { STYLE } from './style.ts'

/** What the public pages are handed. */
export interface PublicParts {
  /** The path behind a code as anyone may see it; null for a code that nothing is known of. */
  readonly trace: (code: string) => Promise<PublicTrace | null>
  /** Language of pages for readers who ask for neither Chinese nor English. */
  readonly language: Language
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')
const MAX_AGE_S = 60
const CODE_MAX = 200

const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  vary: 'accept-language',
} as const

const params = Type.Object({ code: Type.String({ minLength: 1 }) })
type Asked = FastifyRequest<{ Params: { code: string }; Querystring: { lang?: unknown } }>

/** `/t/{code}`, the page, and `/public/v1/trace/{code}`, the same as JSON. Open to anyone; both show one redacted view. */
export const publicPages =
  ({ trace, language }: PublicParts): FastifyPluginAsync =>
  async (app) => {
    const find = async (code: string): Promise<PublicTrace | null> =>
      code.length > CODE_MAX ? null : trace(code)

    app.get('/t/:code', {
      schema: {
        operationId: 'showTrace',
        tags: ['public'],
        summary: 'Page of a path · 追溯页面',
        description:
          'What anyone may see of where goods came from; works without scripts. 任何人可见的追溯页面，无需脚本。',
        security: [],
        params,
        response: {
          200: { description: 'The page · 页面', content: { 'text/html': { schema: { type: 'string' } } } },
          404: {
            description: 'A page that says so · 无记录的页面',
            content: { 'text/html': { schema: { type: 'string' } } },
          },
        },
      },
      handler: async (request: Asked, reply) => {
        const { code } = request.params
        const spoken = languageAsked(request, language)
        const found = await find(code)
        reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8')
        if (!found) return reply.code(404).header('cache-control', 'no-store').send(unknownPage(code, spoken))
        return cached(request, reply, tracePage(found, spoken))
      },
    })

    app.get('/public/v1/trace/:code', {
      schema: {
        operationId: 'getPublicTrace',
        tags: ['public'],
        summary: 'Path of goods as anyone may see it · 公开追溯信息',
        description: 'The same redacted view as the page, as JSON. 与页面相同的脱敏信息。',
        security: [],
        params,
        response: {
          200: {
            description: 'The path · 追溯信息',
            content: { 'application/json': { schema: PublicTrace } },
          },
          ...problems(404),
        },
      },
      handler: async (request: Asked, reply) => {
        const found = await find(request.params.code)
        if (!found) throw new HubError('not_found', { detail: 'no record mentions this code' })
        reply.header('x-content-type-options', 'nosniff').header('access-control-allow-origin', '*')
        return cached(request, reply.type('application/json; charset=utf-8'), JSON.stringify(found))
      },
    })
  }

/** `?lang=` of the link on the page, else what the reader's browser asks for. */
function languageAsked(request: Asked, otherwise: Language): Language {
  const { lang } = request.query
  return lang === 'zh' || lang === 'en' ? lang : languageOf(request.headers['accept-language'], otherwise)
}

/** Sends the text with its digest as ETag, or 304 where the reader has it already (RFC 9110, 13.1.2: weak comparison). */
function cached(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
  reply.header('cache-control', `public, max-age=${MAX_AGE_S}`).header('etag', etag)
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  return known.includes(etag) || known.includes('*') ? reply.code(304).send() : reply.send(text)
}
