import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { problems } from '#api/openapi.ts'
import type { PushParams } from '#api/own-answer.ts'
import type { RouteParts } from '#api/parts.ts'
import { describe, serviceOf } from '#api/soap/contract.ts'
import { HubError } from '#core/errors.ts'

const Params = Type.Object({
  system: Type.String({ description: 'System, such as livestock-quarantine · 对接系统' }),
  record: Type.String({ description: 'Record of the system, such as product-a · 来源记录名' }),
})
/** As clients of Java, .NET and Axis ask for it. */
const ASKED = /^(?:wsdl|singlewsdl)$/i

/** `GET /v1/systems/{system}/records/{record}?wsdl`: the description of the push route, for clients of SOAP. */
export const pushWsdlRoutes =
  ({ registry }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Params: PushParams }>({
      method: 'GET',
      url: '/v1/systems/:system/records/:record',
      // Who may push may read how; nobody else learns that there is such a record.
      config: { scopes: ['push:{system}'], basic: 'asked' },
      exposeHeadRoute: false,
      schema: {
        operationId: 'describeRecords',
        tags: ['push'],
        summary: 'WSDL of a record that is pushed by SOAP · SOAP 推送接口的 WSDL',
        description: [
          'With `?wsdl`, the WSDL 1.1 of the push route of a record that is read as SOAP: one operation, document/literal, with a binding for',
          'each version of SOAP that the record accepts. The same key as for pushing; it may come as the password of Basic.',
          '',
          '带 ?wsdl 时返回 SOAP 推送接口的 WSDL 1.1；所需密钥与推送相同，可作为 Basic 密码提供。',
        ].join('\n'),
        params: Params,
        querystring: Type.Object({
          wsdl: Type.Optional(Type.String({ description: 'Without a value · 无需取值' })),
        }),
        response: {
          200: { description: 'WSDL 1.1', content: { 'text/xml': { schema: { type: 'string' } } } },
          ...problems(401, 403, 404, 405),
        },
      },
      handler: async (request, reply) => {
        if (!Object.keys(request.query as object).some((name) => ASKED.test(name))) {
          reply.header('allow', 'POST')
          throw new HubError('method_not_allowed', { detail: 'GET; allowed: POST, or GET with ?wsdl' })
        }
        const service = serviceOf(registry, request.params)
        if (!service) throw new HubError('not_found', { detail: 'the record is not pushed by SOAP' })
        return reply.type('text/xml; charset=utf-8').serializer(asItIs).send(describe(service, request))
      },
    })
  }

const asItIs = (text: string): string => text
