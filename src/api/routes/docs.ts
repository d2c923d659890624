import type { FastifyPluginAsync } from 'fastify'
import { ERRORS_STYLE, errorsPage } from '#api/docs/errors-page.ts'
import { READER_PAGE, READER_START } from '#api/docs/reader-page.ts'
import { createReaderScript } from '#api/docs/reader-script.ts'
import { CONTENT_POLICY } from '#api/headers.ts'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn } from '#api/spoken.ts'

const HOUR = 'public, max-age=3600'
const hidden = { hide: true }

/** `GET /docs` and what it loads, `GET /docs/errors`, and `GET /openapi.json`. Nothing of them comes from elsewhere. */
export const docsRoutes =
  ({ language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const script = createReaderScript()
    let document: string | undefined

    app.get('/openapi.json', { schema: hidden }, async (_request, reply) => {
      document ??= JSON.stringify(app.swagger())
      return reply.type('application/json').send(document)
    })
    app.get('/docs', { schema: hidden }, async (_request, reply) =>
      reply
        .header('content-security-policy', CONTENT_POLICY.reader)
        .type('text/html; charset=utf-8')
        .send(READER_PAGE),
    )
    app.get('/docs/', { schema: hidden }, async (_request, reply) => reply.redirect('/docs', 301))
    app.get('/docs/start.js', { schema: hidden }, async (_request, reply) =>
      reply.header('cache-control', HOUR).type('text/javascript; charset=utf-8').send(READER_START),
    )
    app.get('/docs/scalar.js', { schema: hidden }, async (request, reply) => {
      const zipped = await script()
      const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
      reply
        .header('cache-control', HOUR)
        .header('vary', 'accept-encoding')
        .type('text/javascript; charset=utf-8')
      return accepted
        ? reply.header('content-encoding', 'gzip').send(zipped.bytes)
        : reply.send(zipped.plain())
    })
    app.get('/docs/errors', { schema: hidden }, async (request, reply) =>
      reply
        .header('content-security-policy', CONTENT_POLICY.page(ERRORS_STYLE))
        .header('vary', 'accept-language')
        .type('text/html; charset=utf-8')
        .send(errorsPage(spokenIn(request, language))),
    )
  }
