import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { POSITION, readCursor, writeCursor } from '#api/cursor.ts'
import { tellingMistakes } from '#api/mapping-refused.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageOf, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { whoOf } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { activate, addDraft, retire, rollBack } from '#flow/systems/versions.ts'
import { listMappingSteps } from '#store/mapping-log.ts'
import { listMappings, type MappingVersion, readMapping } from '#store/mapping-versions.ts'
import { readSystem } from '#store/systems.ts'

const id = Type.String({ description: 'System · 对接系统' })
const record = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'Record of the system, or `system.yaml` · 来源记录名',
})
const version = Type.String({ pattern: '^[1-9]\\d{0,8}$', description: 'Version · 版本' })
const OfSystem = Type.Object({ id })
const OfRecord = Type.Object({ id, record })
const OfVersion = Type.Object({ id, record, version })

const NewMapping = Type.Object(
  {
    text: Type.String({
      minLength: 1,
      maxLength: 200_000,
      description: 'Text of the mapping file · 映射文件内容',
    }),
    tables: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z0-9-]{1,100}$' }),
        Type.String({ minLength: 1, maxLength: 1_000_000 }),
        {
          maxProperties: 50,
          description:
            'Texts of its code tables by name; what is not given stays as it is · 代码表内容（按名称），未给出者沿用现有',
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    title: 'New version of a mapping · 新映射版本',
    examples: [{ text: 'mapping: hangzhou-platform/entry\nversion: 2\n…' }],
  },
)

interface AtVersion {
  readonly id: string
  readonly record: string
  readonly version: string
}

const SYSTEM_FILE = 'system.yaml'
const view = <T extends MappingVersion>(found: T): T => ({ ...found, record: found.record || SYSTEM_FILE })
const stored = (name: string): string => (name === SYSTEM_FILE ? '' : name)
const at = ({ id: system, record: name, version: number }: AtVersion) => ({
  system,
  record: stored(name),
  version: Number(number),
})

/** Mappings at run time: drafts, versions, activation and the way back, under `/v1/systems/{id}/mappings`. */
export const mappingVersionRoutes =
  ({ pool, registry, mappingOptions, language }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    const parts = { pool, registry, ...(mappingOptions ? { options: mappingOptions } : {}) }
    app.route<{ Params: { id: string }; Body: { text: string; tables?: Record<string, string> } }>({
      method: 'POST',
      url: '/v1/systems/:id/mappings',
      config: { scopes: [] },
      schema: {
        operationId: 'createMapping',
        tags: ['systems'],
        summary: 'Add a version of a mapping · 添加映射版本',
        description: [
          'A draft: it is compiled and kept, and maps nothing until it is activated. Its `version` must be greater than every one that',
          'is known of the record. Mistakes are named all at once, with line and column.',
          '',
          '保存为草稿，启用前不生效；version 须大于该记录已有的全部版本；错误一次列全（含行列）。',
        ].join('\n'),
        params: OfSystem,
        body: NewMapping,
        response: {
          201: answer('MappingVersionCard', 'The draft · 草稿'),
          ...problems(400, 401, 403, 404, 413, 415, 422, 429, 503),
        },
      },
      handler: (request, reply) =>
        tellingMistakes(request, language, async () => {
          const { params, body } = request
          const draft = await addDraft(parts, { ...body, system: params.id, who: whoOf(request) })
          reply.code(201)
          reply.header('location', `/v1/systems/${draft.system}/mappings/${draft.record}/${draft.version}`)
          return draft
        }),
    })
    app.route<{ Params: { id: string }; Querystring: PageQuery & { record?: string } }>({
      method: 'GET',
      url: '/v1/systems/:id/mappings',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'listMappings',
        tags: ['systems'],
        summary: 'Versions of the mappings of a system · 映射版本列表',
        description:
          'By record, the newest first: who added each, when, and its state. 按记录列出，新版在前，含添加者、时间与状态。',
        params: OfSystem,
        querystring: query({ record: Type.Optional(record), ...pageQuery }),
        response: {
          200: answer('MappingVersionPage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params, query: { record: wanted, after, limit = LIMIT } }) => {
        await systemMustExist(parts, params.id)
        const cursor = readCursor(after, /^[a-z0-9-]{0,100}$/, /^\d{1,9}$/)
        const rows = await listMappings(pool, {
          system: params.id,
          limit: limit + 1,
          ...(wanted === undefined ? {} : { record: stored(wanted) }),
          ...(cursor ? { after: { record: cursor[0] as string, version: Number(cursor[1]) } } : {}),
        })
        const page = pageOf(rows, limit, (last) => writeCursor(last.record, last.version))
        return { mappings: page.rows.map(view), next: page.next }
      },
    })
    app.route<{ Params: AtVersion }>({
      method: 'GET',
      url: '/v1/systems/:id/mappings/:record/:version',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getMapping',
        tags: ['systems'],
        summary: 'A version of a mapping with its text · 映射版本详情',
        description: 'With the code tables that belong to it. 含该版本所用的代码表。',
        params: OfVersion,
        response: {
          200: answer('MappingVersionCard', 'The version · 版本'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params }) => {
        const wanted = at(params)
        const found = await readMapping(pool, wanted.system, wanted.record, wanted.version)
        if (!found)
          throw new HubError('not_found', {
            detail: `mapping ${params.id}/${params.record}@${params.version}`,
          })
        return view(found)
      },
    })
    app.route<{ Params: AtVersion }>({
      method: 'POST',
      url: '/v1/systems/:id/mappings/:record/:version/activate',
      config: { scopes: [] },
      schema: {
        operationId: 'activateMapping',
        tags: ['systems'],
        summary: 'Make a version the active one · 启用映射版本',
        description:
          'In force in all processes within two seconds, without a restart; what is under way ends with the mapping it began with. 两秒内在所有进程生效，无需重启；处理中的报文仍用原映射。',
        params: OfVersion,
        response: {
          200: answer('MappingVersion', 'The version · 版本'),
          ...problems(400, 401, 403, 404, 409, 422, 429, 503),
        },
      },
      handler: (request) =>
        tellingMistakes(request, language, async () =>
          shown(await activate(parts, at(request.params), whoOf(request))),
        ),
    })
    app.route<{ Params: AtVersion }>({
      method: 'POST',
      url: '/v1/systems/:id/mappings/:record/:version/retire',
      config: { scopes: [] },
      schema: {
        operationId: 'retireMapping',
        tags: ['systems'],
        summary: 'End a version · 停用映射版本',
        description:
          'It can no longer be activated. Where it was active the folder’s version counts again, or the record is no longer taken. 不可再启用；若为当前版本，则恢复文件夹中的版本，没有则不再接收该记录。',
        params: OfVersion,
        response: {
          200: answer('MappingVersion', 'The version · 版本'),
          ...problems(400, 401, 403, 404, 409, 429, 503),
        },
      },
      handler: async (request) => shown(await retire(parts, at(request.params), whoOf(request))),
    })
    app.route<{ Params: { id: string; record: string } }>({
      method: 'POST',
      url: '/v1/systems/:id/mappings/:record/rollback',
      config: { scopes: [] },
      schema: {
        operationId: 'rollBackMapping',
        tags: ['systems'],
        summary: 'Go back to the version before · 回退映射版本',
        description:
          'To the version that was in force when the active one was activated. 回退到启用当前版本之前生效的版本。',
        params: OfRecord,
        response: {
          200: answer('MappingVersion', 'The version in force now · 现行版本'),
          ...problems(400, 401, 403, 404, 409, 422, 429, 503),
        },
      },
      handler: (request) =>
        tellingMistakes(request, language, async () => {
          const { id: system, record: name } = request.params
          return shown(await rollBack(parts, { system, record: stored(name) }, whoOf(request)))
        }),
    })
    app.route<{ Params: { id: string }; Querystring: PageQuery }>({
      method: 'GET',
      url: '/v1/systems/:id/history',
      config: { scopes: [] },
      schema: {
        operationId: 'listMappingSteps',
        tags: ['systems'],
        summary: 'What was done to the mappings of a system · 映射操作历史',
        description:
          'Who, when, what; the newest first. It only grows. 操作者、时间与操作，新者在前，只增不改。',
        params: OfSystem,
        querystring: query(pageQuery),
        response: {
          200: answer('MappingStepPage', 'One page · 一页'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params, query: { after, limit = LIMIT } }) => {
        await systemMustExist(parts, params.id)
        const cursor = readCursor(after, POSITION)?.[0]
        const rows = await listMappingSteps(pool, {
          system: params.id,
          limit: limit + 1,
          ...(cursor === undefined ? {} : { after: cursor }),
        })
        const page = pageOf(rows, limit, (last) => writeCursor(last.id))
        return {
          steps: page.rows.map((step) => ({ ...step, record: step.record || SYSTEM_FILE })),
          next: page.next,
        }
      },
    })
  }

/** A version without its text: an answer to what was done to it. */
const shown = (found: MappingVersion): MappingVersion => {
  const {
    system,
    record: name,
    version: number,
    origin,
    state,
    replaced,
    createdAt,
    createdBy,
    activatedAt,
  } = found
  return view({
    system,
    record: name,
    version: number,
    origin,
    state,
    replaced,
    createdAt,
    createdBy,
    activatedAt,
  })
}

async function systemMustExist({ pool }: Pick<RouteParts, 'pool'>, system: string): Promise<void> {
  if (!(await readSystem(pool, system))) throw new HubError('not_found', { detail: `system ${system}` })
}
