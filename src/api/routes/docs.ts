import type { FastifyPluginAsync } from 'fastify'
import { ERRORS_STYLE, errorsPage } from '#api/docs/errors-page.ts'
import { READER_PAGE, READER_START } from '#api/docs/reader-page.ts'
import { createReaderScript } from '#api/docs/reader-script.ts'
import { CONTENT_POLICY } from '#api/headers.ts'
import type { Language } from '#api/language.ts'
import type { RouteParts } from '#api/parts.ts'
import { spokenIn } from '#api/spoken.ts'
import { HubError } from '#core/errors.ts'

const HOUR = 'public, max-age=3600'
const hidden = { hide: true }
/** As what is sent costs who sends it: a unit for each 4 KiB. */
const UNITS = { document: 250, script: 1000, errors: 20 } as const

/**
 * `GET /` for browsers, `GET /docs` and what it loads, `GET /docs/errors`, and `GET /openapi.json`. Nothing of them comes from elsewhere. Each is made once, as bytes: nobody needs a
 * key to ask for them, as often as he likes.
 */
export const docsRoutes =
  ({ language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const script = createReaderScript()
    let document: Buffer | undefined
    const errors = new Map<Language, Buffer>()
    const errorsIn = (spoken: Language): Buffer => {
      const made = errors.get(spoken) ?? Buffer.from(errorsPage(spoken))
      errors.set(spoken, made)
      return made
    }

    app.get(
      '/openapi.json',
      { schema: hidden, config: { units: UNITS.document } },
      async (_request, reply) => {
        document ??= Buffer.from(JSON.stringify(app.swagger()))
        return reply.type('application/json').send(document)
      },
    )
    // Who types the address of the hub into a browser looks for a page.
    app.get('/', { schema: hidden }, async (request, reply) => {
      reply.header('vary', 'accept')
      if (!/\btext\/html\b/i.test(request.headers.accept ?? ''))
        throw new HubError('not_found', { detail: 'GET /' })
      return reply.redirect('/docs', 302)
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
    app.get(
      '/docs/scalar.js',
      { schema: hidden, config: { units: UNITS.script } },
      async (request, reply) => {
        const zipped = await script()
        const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
        reply
          .header('cache-control', HOUR)
          .header('vary', 'accept-encoding')
          .type('text/javascript; charset=utf-8')
        return accepted
          ? reply.header('content-encoding', 'gzip').send(zipped.bytes)
          : reply.send(zipped.plain())
      },
    )
    app.get('/docs/errors', { schema: hidden, config: { units: UNITS.errors } }, async (request, reply) =>
      reply
        .header('content-security-policy', CONTENT_POLICY.page(ERRORS_STYLE))
        .header('vary', 'accept-language')
        .type('text/html; charset=utf-8')
        .send(errorsIn(spokenIn(request, language))),
    )
  }
