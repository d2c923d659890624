import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { HubError } from '#core/errors.ts'
import type { Intake } from '#flow/intake/intake.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { requireScope } from '#api/auth.ts'
import { problems, ref } from '#api/openapi.ts'

const PushParams = Type.Object({
  system: Type.String({ description: 'System, such as jiaxing-wholesale' }),
  record: Type.String({ description: 'Record of the system, such as trade' }),
})
const PushHeaders = Type.Object({ 'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) })

/** `POST /v1/systems/{system}/records/{record}`: a message in the system's own format. */
export const pushRoutes =
  ({ intake, registry }: { intake: Intake; registry: Registry }): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.route<{ Params: { system: string; record: string }; Headers: { 'idempotency-key'?: string } }>({
      method: 'POST',
      url: '/v1/systems/:system/records/:record',
      schema: {
        operationId: 'pushRecords',
        tags: ['push'],
        summary: 'Push records in the format of the system',
        description:
          'Up to 5,000 records or 8 MiB: done when answered. Every source record is accepted, unchanged or rejected; one bad record never blocks its neighbours. Sent again, the same records are unchanged.',
        params: PushParams,
        headers: PushHeaders,
        response: { 200: ref('Receipt'), ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503) },
      },
      preParsing: async (request) => {
        // Before the body is read: who may not push costs no memory.
        requireScope(request, `push:${request.params.system}`)
        checkContentType(registry, request.params, request.headers['content-type'])
      },
      handler: (request) =>
        intake.push({
          system: request.params.system,
          record: request.params.record,
          bytes: (request.body as Buffer | undefined) ?? EMPTY,
          contentType: request.headers['content-type'] ?? '',
          keyId: request.caller?.keyId ?? null,
          ...(request.headers['idempotency-key'] ? { idempotencyKey: request.headers['idempotency-key'] } : {}),
        }),
    })
  }

const EMPTY = Buffer.alloc(0)

function checkContentType(registry: Registry, params: { system: string; record: string }, contentType: string | undefined): void {
  const system = registry.system(params.system)
  if (!system) throw new HubError('unknown_system', { detail: params.system, members: { known: [...registry.systems.keys()] } })
  const record = system.records.get(params.record)
  if (!record) {
    throw new HubError('unknown_record', { detail: `${params.system}/${params.record}`, members: { known: [...system.records.keys()] } })
  }
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!record.accepts.includes(type)) {
    throw new HubError('unsupported_media_type', { detail: type || 'no content type', members: { accepted: record.accepts } })
  }
}
