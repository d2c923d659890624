import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import { query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { addOperator, renewEnrolment } from '#flow/operators/enrol.ts'
import { ROLES, type Role, SCOPE_OF } from '#flow/operators/roles.ts'
import { disableOperator, endSessionsOf, listOperators, readOperator } from '#store/operators.ts'

const OPERATORS_MAX = 1000
const OperatorParams = Type.Object({ id: Type.String({ format: 'uuid' }) })
type OfOperator = { Params: { id: string } }

const NewOperatorBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, description: 'To sign in with · 登录名' }),
    role: Type.Enum([...ROLES], { description: 'One of the three · 三员角色之一' }),
  },
  {
    additionalProperties: false,
    title: 'New operator · 新管理员',
    examples: [{ name: 'zhang.wei', role: 'security' }],
  },
)

const refuse = (detail: string): HubError => new HubError('forbidden', { detail })

/** Who watches is not chosen, nor sent away, by whom he watches. */
function refuseOfWatchers(request: FastifyRequest, role: Role): void {
  if (role === 'audit' && !holds(callerOf(request)))
    throw refuse('operators of the role audit are managed with a key of the scope admin, or by hub operator')
}

/** Whoever is given the code can enrol with it himself, and so nobody is given that of another role than his own. */
function refuseOfOtherRoles(request: FastifyRequest, role: Role): void {
  const caller = callerOf(request)
  if (!holds(caller, SCOPE_OF[role]))
    throw refuse(
      'the code of an operator of another role is given with a key of the scope admin, or by hub operator',
    )
}

/** `GET/POST /v1/operators`, `POST /v1/operators/{id}/enrolment`, `DELETE /v1/operators/{id}` and its sessions. */
export const operatorRoutes =
  ({ pool, clock }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const operatorOf = async (
      request: FastifyRequest<OfOperator>,
      refuseOf: (request: FastifyRequest, role: Role) => void = refuseOfWatchers,
    ): Promise<string> => {
      const { id } = request.params
      const operator = await readOperator(pool, id)
      if (!operator) throw new HubError('not_found', { detail: `operator ${id}` })
      refuseOf(request, operator.role)
      return id
    }
    app.route({
      method: 'GET',
      url: '/v1/operators',
      config: { scopes: [] },
      schema: {
        operationId: 'listOperators',
        tags: ['keys'],
        summary: 'Operators, newest first · 管理员列表',
        description: 'Disabled ones too. 含已停用者。',
        querystring: query({}),
        response: {
          200: answer('OperatorPage', 'The operators · 管理员'),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async () => ({ operators: await listOperators(pool, OPERATORS_MAX), next: null }),
    })
    app.route<{ Body: { name: string; role: Role } }>({
      method: 'POST',
      url: '/v1/operators',
      config: { scopes: [] },
      schema: {
        operationId: 'createOperator',
        tags: ['keys'],
        summary: 'Add an operator · 新增管理员',
        description:
          'The code is shown in this answer and never again; the operator enrols with it within three days at `/admin/enrol`. 登记码仅此一次返回，须在三日内于 /admin/enrol 完成登记。',
        body: NewOperatorBody,
        response: {
          201: answer('OperatorEnrolment', 'For the operator · 登记所需'),
          ...problems(400, 401, 403, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        refuseOfOtherRoles(request, request.body.role)
        return reply.code(201).send(await addOperator(pool, { ...request.body, nowMs: clock() }))
      },
    })
    app.route<OfOperator>({
      method: 'POST',
      url: '/v1/operators/:id/enrolment',
      config: { scopes: [] },
      schema: {
        operationId: 'renewOperator',
        tags: ['keys'],
        summary: 'Let an operator enrol anew · 重新登记',
        description:
          'Password, authenticator, recovery codes and sessions count no more. 原口令、验证器、恢复码与会话立即失效。',
        params: OperatorParams,
        response: {
          201: answer('OperatorEnrolment', 'For the operator · 登记所需'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) =>
        reply
          .code(201)
          .send(await renewEnrolment(pool, await operatorOf(request, refuseOfOtherRoles), clock())),
    })
    app.route<OfOperator>({
      method: 'DELETE',
      url: '/v1/operators/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'disableOperator',
        tags: ['keys'],
        summary: 'Disable an operator · 停用管理员',
        description: 'Its sessions end at once; its name stays taken. 会话立即终止，登录名不再分配。',
        params: OperatorParams,
        response: {
          204: { description: 'Disabled · 已停用', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        await disableOperator(pool, await operatorOf(request))
        return reply.code(204).send()
      },
    })
    app.route<OfOperator>({
      method: 'DELETE',
      url: '/v1/operators/:id/sessions',
      config: { scopes: [] },
      schema: {
        operationId: 'endOperatorSessions',
        tags: ['keys'],
        summary: 'End all sessions of an operator · 终止管理员全部会话',
        description: 'At once, in every process. 立即对所有进程生效。',
        params: OperatorParams,
        response: {
          204: { description: 'Ended · 已终止', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        await endSessionsOf(pool, await operatorOf(request))
        return reply.code(204).send()
      },
    })
  }
