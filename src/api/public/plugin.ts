import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Language } from '#api/language.ts'
import { problems } from '#api/openapi.ts'
import { hubErrorOf } from '#api/problem.ts'
import { ERRORS, HubError } from '#core/errors.ts'
import { SCANNED_MAX } from '#core/lineage/scanned.ts'
import { PublicCandidates, PublicTrace } from '#flow/trace/public-trace.ts'
import { isTooSlow } from '#store/too-slow.ts'
import { createAnswers, type KeptAnswer, type PublicSource, type Text } from './answers.ts'
import { type Asked, choice, integer, lang, languageAsked, of, params, type Query, qrQuery } from './asked.ts'
import { clientOf, trustOf } from './client-address.ts'
import { PAGE_POLICY } from './frame.ts'
import { labelsPage } from './labels-page.ts'
import { createLimiter } from './limiter.ts'
import { candidatesPage, failurePage, unknownPage } from './other-pages.ts'
import { tracePage } from './page.ts'
import { QR_DEFAULT, qrPng, qrSvg } from './qr.ts'

/** What the public pages are handed. */
export interface PublicParts extends PublicSource {
  /** Language of pages for readers who ask for neither Chinese nor English. */
  readonly language: Language
  /** Address under which anyone reaches the hub, as QR codes have it; absent: there are none. */
  readonly publicUrl?: string | undefined
  /** Addresses and CIDR blocks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[]
}

/** Tokens of an address. A market's visitors share one, and so do many telephones of one carrier. */
const LIMITS = { capacity: 240, perSecond: 8, addresses: 50_000 }
/** A page costs one; a code that nothing is known of so many more, which makes a search through codes slow. */
const UNKNOWN_COST = 19
/** Short: a stop of sale must not be hidden by somebody's cache. */
const MAX_AGE_S = 5
const QR_MAX_AGE_S = 3600
const CODE_MAX = 200
const UNSALEABLE: ReadonlySet<string> = new Set(['recalled', 'held', 'disposed'])
const LABELS = { most: 200, usual: 24 }

const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: { type: 'string' } } },
})
const picture = (type: string) => ({
  description: 'The picture · 图片',
  content: { [type]: { schema: { type: 'string' } } },
})
const failures = {
  400: page('A page that says so · 地址有误'),
  404: page('A page that says so · 无记录的页面'),
  429: page('Too many questions from one address; see Retry-After · 查询过于频繁'),
  503: page('Cannot be asked now; see Retry-After · 暂时无法查询'),
}

/** An answer that the database took too long for: the hub is to blame, and not how often somebody asked. */
const tooSlow = (error: unknown): never => {
  throw isTooSlow(error) ? new HubError('overloaded', { retryAfterMs: RETRY_MS, cause: error }) : error
}
const RETRY_MS = 2000

/**
 * `/t/{code}`, the page, with its QR code and labels, and `/public/v1/trace/{code}`, the same as JSON. Open to anyone; all show one
 * redacted view.
 */
export const publicPages =
  (parts: PublicParts): FastifyPluginAsync =>
  async (app) => {
    const { language, publicUrl, clock, trustedProxies = [] } = parts
    const answers = createAnswers(parts)
    const limiter = createLimiter(LIMITS)
    const isTrusted = trustOf(trustedProxies)
    const clientOfRequest = ({ socket, headers }: FastifyRequest): string =>
      clientOf(socket.remoteAddress ?? '', headers['x-forwarded-for'], isTrusted)

    app.addHook('onRequest', (request, reply, done) => {
      reply.header('x-robots-tag', 'noindex, nofollow')
      const waitMs = limiter.take(clientOfRequest(request), 1, clock())
      done(waitMs === 0 ? undefined : new HubError('busy', { retryAfterMs: waitMs }))
    })
    app.setErrorHandler((thrown, request, reply) => {
      const isPage = request.routeOptions.url?.startsWith('/t/') && !request.routeOptions.url.includes('/qr.')
      const error = hubErrorOf(thrown)
      // Who runs the hub is told what to set.
      if (!isPage || error.code === 'no_public_url') throw thrown
      const { status } = ERRORS[error.code]
      if (status >= 500 && error.code === 'internal')
        request.log.error({ request: request.id }, 'a public page failed')
      const { retryAfterMs } = error.parts
      if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
      return reply
        .code(status)
        .headers({ 'content-security-policy': PAGE_POLICY.page, 'cache-control': 'no-store' })
        .type('text/html; charset=utf-8')
        .send(failurePage(status))
    })

    /** The answer; where nothing is known the address pays for it. */
    const find = async (request: Asked): Promise<KeptAnswer | null> => {
      const { code } = request.params
      const kept =
        code.length > SCANNED_MAX ? null : await answers.find(code, choice(request.query.of)).catch(tooSlow)
      if (!kept?.answer.found) limiter.charge(clientOfRequest(request), UNKNOWN_COST, clock())
      return kept
    }
    const pathPage = (trace: PublicTrace, spoken: Language, of_: string | undefined): string => {
      // Nobody needs labels for what must not be sold.
      const hasLabels = publicUrl !== undefined && !UNSALEABLE.has(trace.state)
      return tracePage(trace, { language: spoken, of: of_, hasLabels })
    }
    const pageText = (kept: KeptAnswer, spoken: Language, of_: string | undefined): Text | null => {
      const { found } = kept.answer
      if (!found) return null
      return answers.text(kept, spoken, () =>
        found.is === 'path' ? pathPage(found.trace, spoken, of_) : candidatesPage(found.candidates, spoken),
      )
    }

    app.get('/t/:code', {
      schema: {
        operationId: 'showTrace',
        tags: ['public'],
        summary: 'Page of a path · 追溯页面',
        description:
          'What anyone may see of where goods came from; works without scripts. 任何人可见的追溯页面，无需脚本。',
        security: [],
        params,
        querystring: Type.Object({ lang, of }),
        response: {
          200: page('The page · 页面'),
          300: page('The code stands for several goods: a page to choose from · 编码对应多批货物，供选择'),
          ...failures,
        },
      },
      handler: async (request: Asked, reply) => {
        const spoken = languageAsked(request, language)
        const kept = await find(request)
        const text = kept && pageText(kept, spoken, choice(request.query.of))
        reply
          .headers({ 'content-security-policy': PAGE_POLICY.page, vary: 'accept-language' })
          .type('text/html; charset=utf-8')
        if (!kept || !text) return reply.code(404).send(unknownPage(request.params.code, spoken))
        return cached(request, reply, text, MAX_AGE_S, statusOf(kept))
      },
    })

    app.get('/t/:code/labels', {
      schema: {
        operationId: 'showLabels',
        tags: ['public'],
        summary: 'Sheet of labels to print · 可打印的标签页',
        description:
          'Labels with the QR code, three in a row on A4. Needs the public address of the hub. 带二维码的标签，A4 每行三张，需设置公众访问地址。',
        security: [],
        params,
        querystring: Type.Object({
          lang,
          of,
          count: integer([1, LABELS.most], LABELS.usual, 'Labels · 张数'),
        }),
        response: {
          200: page('The sheet · 标签页'),
          409: page('Held, recalled or disposed of: the page of the path · 停售、召回或已处置，返回追溯页面'),
          ...failures,
        },
      },
      handler: async (request: Asked, reply) => {
        if (publicUrl === undefined) throw new HubError('no_public_url')
        const spoken = languageAsked(request, language)
        const { of: asked, count = LABELS.usual } = request.query
        const found = (await find(request))?.answer.found
        reply
          .headers({ 'content-security-policy': PAGE_POLICY.labels, vary: 'accept-language' })
          .type('text/html; charset=utf-8')
        if (!found) return reply.code(404).send(unknownPage(request.params.code, spoken))
        if (found.is === 'candidates') return reply.code(300).send(candidatesPage(found.candidates, spoken))
        if (UNSALEABLE.has(found.trace.state))
          return reply.code(409).send(pathPage(found.trace, spoken, choice(asked)))
        return reply.send(labelsPage(found.trace, { language: spoken, of: choice(asked), count }))
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
        querystring: Type.Object({ of }),
        response: {
          200: {
            description: 'The path · 追溯信息',
            content: { 'application/json': { schema: PublicTrace } },
          },
          300: {
            description: 'The code stands for several goods · 编码对应多批货物',
            content: { 'application/json': { schema: PublicCandidates } },
          },
          ...problems(400, 404, 429, 503),
        },
      },
      handler: async (request: Asked, reply) => {
        const kept = await find(request)
        const found = kept?.answer.found
        if (!kept || !found) throw new HubError('not_found', { detail: 'no record mentions this code' })
        const text = answers.text(kept, 'json', () =>
          JSON.stringify(found.is === 'path' ? found.trace : found.candidates),
        )
        reply.header('access-control-allow-origin', '*').type('application/json; charset=utf-8')
        return cached(request, reply, text, MAX_AGE_S, statusOf(kept))
      },
    })

    /** What the QR code says: the address of the page. It is never taken from the request, which may name any host. */
    const addressOf = ({ params: { code }, query: asked }: Asked): string => {
      if (publicUrl === undefined) throw new HubError('no_public_url')
      if (code.length > CODE_MAX) throw new HubError('not_found', { detail: 'no code is as long as this' })
      const picked = choice(asked.of)
      return `${publicUrl}/t/${encodeURIComponent(code)}${picked ? `?of=${picked}` : ''}`
    }
    const lookOf = ({ size, margin }: Query) => ({
      size: size ?? QR_DEFAULT.size,
      margin: margin ?? QR_DEFAULT.margin,
    })
    for (const [ending, type] of [
      ['svg', 'image/svg+xml'],
      ['png', 'image/png'],
    ] as const) {
      app.get(`/t/:code/qr.${ending}`, {
        schema: {
          operationId: ending === 'svg' ? 'drawQrSvg' : 'drawQrPng',
          tags: ['public'],
          summary: `QR code for a label, ${ending.toUpperCase()} · 标签二维码`,
          description:
            'The address of the page as a QR code with error correction M; the code need not be known yet. 追溯页面地址的二维码，纠错等级 M，编码可尚未入库。',
          security: [],
          params,
          querystring: qrQuery,
          response: { 200: picture(type), ...problems(400, 404, 429, 503) },
        },
        handler: async (request: Asked, reply) => {
          const address = addressOf(request)
          const look = lookOf(request.query)
          reply.header('cache-control', `public, max-age=${QR_MAX_AGE_S}`).type(type)
          return reply.send(ending === 'svg' ? qrSvg(address, look) : qrPng(address, look))
        },
      })
    }

    app.get('/robots.txt', { schema: { hide: true } }, async (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=3600')
        .type('text/plain; charset=utf-8')
        .send('User-agent: *\nDisallow: /\n'),
    )
  }

const statusOf = ({ answer: { found } }: KeptAnswer): number => (found?.is === 'candidates' ? 300 : 200)

/** Sends the text with its digest as ETag, or 304 where the reader has it already (RFC 9110, 13.1.2: weak comparison). */
function cached(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag }: Text,
  maxAgeS: number,
  status: number,
): FastifyReply {
  reply.header('cache-control', `public, max-age=${maxAgeS}`).header('etag', etag)
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  return known.includes(etag) || known.includes('*') ? reply.code(304).send() : reply.code(status).send(bytes)
}
