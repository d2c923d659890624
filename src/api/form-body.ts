import type { FastifyInstance } from 'fastify'
import { HubError } from '#core/errors.ts'

export const FORM = 'application/x-www-form-urlencoded'

/** Bodies are forms, as browsers and clients of OAuth send them, and nothing else. */
export function readForms(app: FastifyInstance, bodyLimit: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  )
  app.addContentTypeParser('*', (_request, _payload, done) =>
    done(new HubError('unsupported_media_type', { members: { accepted: [FORM] } })),
  )
}
