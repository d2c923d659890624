import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { readCursor, writeCursor } from '#api/cursor.ts'
import { tellingMistakes } from '#api/mapping-refused.ts'
import { mistakeView } from '#api/mistake-view.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sightOfCaller, whoOf } from '#api/scopes.ts'
import { spokenIn } from '#api/spoken.ts'
import { checkSettings, lacksMapping } from '#api/system-settings.ts'
import { type SystemSecrets, systemView } from '#api/system-view.ts'
import {
  byFile,
  NewSystemBody,
  type NewSystemWish,
  PatchBody,
  refuseExpectation,
  wholeSystem,
} from '#api/system-wish.ts'
import { HubError } from '#core/errors.ts'
import type { Expectation } from '#core/silence/expectation.ts'
import { channelIssues } from '#flow/channels/issues.ts'
import { doubtsOf, mistakesOf, withoutMapping } from '#flow/systems/mistakes.ts'
import { readSystemText } from '#flow/systems/system-file.ts'
import { readChannels } from '#store/channels.ts'
import { listDrift } from '#store/drift.ts'
import { withSight } from '#store/sighted.ts'
import { listSystemSecrets, setSystemSecrets } from '#store/system-secrets.ts'
import { createSystem, listSystems, patchSystem, readSystem, setExpectation } from '#store/systems.ts'

const DRIFT_MAX = 200
const SystemParams = Type.Object({ id: Type.String({ description: 'System · 对接系统' }) })
const unknown = (id: string): HubError => new HubError('not_found', { detail: `system ${id}` })

/** `GET/POST /v1/systems`, `GET/PATCH /v1/systems/{id}` and `POST /v1/systems/{id}/check`. */
export const systemRoutes =
  ({ pool, registry, intake, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route<{ Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/systems',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'listSystems',
        tags: ['systems'],
        summary: 'Systems · 对接系统列表',
        description:
          'Sources and receivers, with the records that each may push. 数据来源与接收方，及各自可推送的记录。',
        querystring: query(pageQuery),
        response: { 200: answer('SystemPage', 'One page · 一页'), ...problems(400, 401, 403, 429, 503) },
      },
      handler: async (request) => {
        const { after, limit = LIMIT } = request.query
        const cursor = readCursor(after, /^[a-z0-9-]{1,100}$/)?.[0]
        const asked = { limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) }
        const rows = await withSight(pool, sightOfCaller(request), (reader) => listSystems(reader, asked))
        const page = pageOf(rows, limit, ({ id }) => writeCursor(id))
        const secrets = await listSystemSecrets(
          pool,
          page.rows.map(({ id }) => id),
        )
        const systems = page.rows.map((row) => systemView(row, registry.system(row.id), secrets.get(row.id)))
        return { systems, next: page.next }
      },
    })
    app.route<{ Body: NewSystemWish }>({
      method: 'POST',
      url: '/v1/systems',
      config: { scopes: [] },
      schema: {
        operationId: 'createSystem',
        tags: ['systems'],
        summary: 'Register a system · 登记对接系统',
        description: [
          'For a receiver, or for a source whose mappings come by the API: then with the text of its system.yaml, which counts at once.',
          '',
          '登记接收方，或由接口提供映射的来源；后者请附 system.yaml 内容，立即生效。',
        ].join('\n'),
        body: NewSystemBody,
        response: {
          201: answer('System', 'The system · 对接系统'),
          ...problems(400, 401, 403, 409, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { body } = request
        const system =
          body.systemFile === undefined
            ? await createSystem(pool, wholeSystem(body))
            : await tellingMistakes(request, language, () =>
                byFile({ pool, registry }, body, { isNew: true, who: whoOf(request) }),
              )
        if (!system) {
          const id = body.systemFile === undefined ? body.id : readSystemText(body.systemFile).system
          throw new HubError('conflict', {
            detail: `a system ${id} is registered already`,
            fix: 'Read it by GET /v1/systems/{id}, or choose another name.',
          })
        }
        reply.code(201).header('location', `/v1/systems/${system.id}`)
        return systemView(system, registry.system(system.id))
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/systems/:id',
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: 'getSystem',
        tags: ['systems'],
        summary: 'A system with its unmapped fields · 对接系统详情',
        description:
          'Fields that it sends and no mapping reads are counted, with a sample. 统计其发送而映射未读取的字段，附样例。',
        params: SystemParams,
        response: {
          200: answer('SystemCard', 'The system · 对接系统'),
          ...problems(401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        await intake.writeCounts()
        const { system, drift } = await withSight(pool, sightOfCaller(request), async (reader) => {
          const system = await readSystem(reader, id)
          if (!system) throw unknown(id)
          return { system, drift: await listDrift(reader, id, DRIFT_MAX) }
        })
        const secrets = await listSystemSecrets(pool, [id])
        return { ...systemView(system, registry.system(id), secrets.get(id)), drift }
      },
    })
    app.route<{
      Params: { id: string }
      Body: Omit<NewSystemWish, 'id'> & { secrets?: SystemSecrets; expect?: Expectation | null }
    }>({
      method: 'PATCH',
      url: '/v1/systems/:id',
      config: { scopes: [] },
      schema: {
        operationId: 'patchSystem',
        tags: ['systems'],
        summary: 'Change a system · 修改对接系统',
        description:
          'What a system.yaml says (title, description, region) is changed by its next text; settings are changed by themselves. `secrets` are shared with the system, such as `sign`; null takes one away. Only their names are ever given back. 名称、说明、区划由 system.yaml 决定，请提供其新内容；设置可单独修改；密钥只写不读。',
        params: SystemParams,
        body: PatchBody,
        response: {
          200: answer('System', 'The system · 对接系统'),
          ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        const { systemFile: file, secrets, expect, ...body } = request.body
        if (expect) refuseExpectation(expect, registry.system(id))
        if (file !== undefined) {
          const wish = { ...body, systemFile: file, id }
          const changed = await tellingMistakes(request, language, () =>
            byFile({ pool, registry }, wish, { isNew: false, who: whoOf(request) }),
          )
          if (!changed) throw unknown(id)
          if (secrets) await setSystemSecrets(pool, id, secrets)
          const expected = expect === undefined ? null : await setExpectation(pool, id, expect)
          const names = await listSystemSecrets(pool, [id])
          return systemView(expected ?? changed, registry.system(id), names.get(id))
        }
        const installed = registry.system(id)
        if (installed?.file || installed?.folder) {
          const issues = Object.keys(body)
            .filter((name) => name !== 'settings' && name !== 'secrets')
            .map((name) => ({
              path: `/${name}`,
              code: 'E_SCHEMA' as const,
              reason: 'the system.yaml of the system says it',
              fix: 'Change it there, or give the next one as "systemFile".',
            }))
          if (issues.length > 0) throw new HubError('invalid_request', { issues })
        }
        const patched = await patchSystem(pool, id, body)
        if (!patched) throw unknown(id)
        if (secrets) await setSystemSecrets(pool, id, secrets)
        const system = (expect === undefined ? null : await setExpectation(pool, id, expect)) ?? patched
        const names = await listSystemSecrets(pool, [id])
        return systemView(system, installed, names.get(id))
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'POST',
      url: '/v1/systems/:id/check',
      config: { scopes: [] },
      schema: {
        operationId: 'checkSystem',
        tags: ['systems'],
        summary: 'Check a system · 检查对接系统',
        description:
          'Every mistake of its mappings with line and column, places that work and are surely not meant (`doubts`), every wrong setting, and whether anyone answers at its address, all at once. 一次列出映射的全部错误（含行列）、可用但多半不合本意之处（doubts）、全部错误设置，以及其地址是否有应答。',
        params: SystemParams,
        response: {
          200: answer('SystemCheck', 'What is wrong · 检查结果'),
          ...problems(401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        const system = await readSystem(pool, id)
        if (!system) throw unknown(id)
        const spoken = spokenIn(request, language)
        const installed = registry.system(id)
        const mistakes = (installed ? mistakesOf(installed) : []).map((mistake) =>
          mistakeView(mistake, spoken),
        )
        const doubts = (installed ? doubtsOf(installed) : []).map((doubt) => mistakeView(doubt, spoken))
        const ofChannels = installed ? channelIssues(installed, await readChannels(pool, [id])) : []
        const settings = [
          ...(await checkSettings(pool, system, spoken)),
          ...(installed ? withoutMapping(installed) : []).map((name) => lacksMapping(id, name, spoken)),
          ...ofChannels.map(({ path, reason, fix = '' }) => ({ setting: path, reason, advice: fix })),
        ]
        return { ok: mistakes.length === 0 && settings.length === 0, mistakes, doubts, settings }
      },
    })
  }
