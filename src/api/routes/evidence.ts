import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { UUID } from '#api/cursor.ts'
import { mayBeFull } from '#api/full-values.ts'
import { noteAccess, purposeOf } from '#api/logged-calls.ts'
import { problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { HubError } from '#core/errors.ts'
import { codesMeant } from '#core/lineage/codes.ts'
import { EVIDENCE_TYPES, type EvidenceType, makeEvidence } from '#flow/evidence/package.ts'
import { messageTime } from '#flow/intake/message-id.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'

/** `GET /v1/evidence/{type}/{id}`: an archive that shows what is known of a matter and that it is in the log. */
export const evidenceRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: { type: EvidenceType; id: string } }>({
      method: 'GET',
      url: '/v1/evidence/:type/:id',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getEvidence',
        tags: ['evidence'],
        summary: 'Evidence of a record, lot, receipt or case · 存证包',
        description: [
          'A ZIP archive of records with their versions, mappings, deliveries, and what leads from each of them to the signed head; it is checked without a',
          'network by `tools/verify-evidence.mjs`. What may be of a person and the bytes of messages are in it only for a key with the scope `personal` where the header',
          '`Hub-Purpose` says why; that is noted in the audit log.',
          '',
          'ZIP 存证包，含记录各版本、映射、投递及至已签名日志头的证明路径，可用 tools/verify-evidence.mjs 离线核验；',
          '仅当密钥具有 personal 权限且请求头 Hub-Purpose 说明用途时收入个人信息与原始报文，并记入审计日志。',
        ].join('\n'),
        params: Type.Object({
          type: Type.Enum([...EVIDENCE_TYPES], { description: 'Of what · 类别' }),
          id: Type.String({ minLength: 1, description: 'Record, code of a lot, receipt or case · 标识' }),
        }),
        response: {
          200: {
            description: 'The archive · 存证包',
            content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
          },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { type, id } = request.params
        const purpose = mayBeFull(request) ? purposeOf(request) : null
        const isPossible = type === 'receipt' ? messageTime(id) !== null : type !== 'case' || UUID.test(id)
        const codes = type === 'lot' ? [id, ...codesMeant(id, await systemsMeant(pool, id))] : []
        const madeAt = new Date(clock()).toISOString()
        const made = isPossible ? await makeEvidence(pool, { type, id, codes, purpose, madeAt }) : null
        if (!made) throw new HubError('not_found', { detail: `${type} ${id}` })
        if (purpose !== null)
          await noteAccess(pool, request, { subject: `${type} ${id}`, records: made.records })
        return reply
          .header('content-disposition', 'attachment; filename="evidence.zip"')
          .type('application/zip')
          .send(made.bytes)
      },
    })
  }
