import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { ERRORS } from '#core/errors.ts'
import { KINDS } from '#core/model/kinds.ts'
import { RECORD_SCHEMAS } from '#core/model/record.ts'
import { withNamedParts } from './named-parts.ts'
import { PARTS } from './record-parts.ts'
import { ref } from './ref.ts'
import * as schemas from './schemas.ts'
import { SIGHT_SCOPES } from './scopes.ts'

/** Responses of a route that fails: problem+json for each status, described by the errors that have it. */
export function problems(...statuses: number[]): Record<number, object> {
  return Object.fromEntries(statuses.map((status) => [status, problem(status)]))
}

const problem = (status: number): object => ({
  description: Object.entries(ERRORS)
    .filter(([, definition]) => definition.status === status)
    .map(([code, { title }]) => `\`${code}\`: ${title.en} · ${title.zh}`)
    .join('; '),
  content: { 'application/problem+json': { schema: ref('Problem') } },
})

/** An answer of a route: a component, described, with an example. */
export function answer(name: string, description: string, example?: unknown): object {
  const media = { schema: ref(name), ...(example === undefined ? {} : { example }) }
  return { description, content: { 'application/json': media } }
}

/** The same with several examples, by name. */
export function answerWithExamples(
  name: string,
  description: string,
  examples: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>,
): object {
  return { description, content: { 'application/json': { schema: ref(name), examples } } }
}

const pascal = (kind: string): string => (kind[0]?.toUpperCase() ?? '') + kind.slice(1)

/** The components: the canonical records by kind, their parts, and everything of `schemas.ts`. */
export function addComponents(app: FastifyInstance): void {
  for (const kind of KINDS) app.addSchema({ ...RECORD_SCHEMAS[kind], $id: pascal(kind) })
  for (const [name, schema] of Object.entries(PARTS)) app.addSchema({ ...schema, $id: name })
  app.addSchema({
    $id: 'CanonicalRecord',
    title: 'Canonical record · 规范记录',
    oneOf: KINDS.map((kind) => ref(pascal(kind))),
  })
  // In an order of our own: that of a module's names is not the same everywhere.
  const named = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, schema] of named) app.addSchema({ ...schema, $id: name })
}

const description = [
  'Takes the records of existing systems as they are, normalises them into one canonical trace schema, keeps and links them,',
  'and syncs them to provinces, departments and markets in each receiver’s own format.',
  '',
  '平台按各系统原有格式接收记录，归一为统一追溯模型，保存、关联，并以接收方自己的格式同步给省、部门和市场。',
  '',
  'Every list is `{<plural>: […], next}`: give `next` back as `after` for the following page; null means that this was the last.',
  'Every failure is `application/problem+json` with `code`, `detail`, `fix` and `issues[]`; its texts follow `Accept-Language`.',
  '',
  '列表均为 `{<复数名>: […], next}`，将 `next` 作为 `after` 传回即取下一页，null 表示已到末页；',
  '错误均为 `application/problem+json`，文字随 `Accept-Language`。',
].join('\n')

/** Who reads the document, with the tags that concern them; the page at /docs shows its routes in these groups. */
const READERS = [
  { name: 'A department or market that pushes · 推送数据的部门与市场', tags: ['push', 'quarantine'] },
  { name: 'A platform that syncs · 同步数据的平台', tags: ['links', 'peers', 'records', 'trace'] },
  { name: 'A developer who adds a system · 接入新系统的开发者', tags: ['systems', 'channels'] },
  { name: 'An operator · 运维人员', tags: ['keys', 'evidence', 'operation', 'reference'] },
  { name: 'An authority · 监管部门', tags: ['cases', 'supervision'] },
  { name: 'Anyone · 公众', tags: ['public'] },
] as const

/** Settings of the OpenAPI document; `openapi/hub.json` is generated from it and compared by a test. */
export function openapi(): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Trace Hub · 食用农产品追溯互通枢纽',
        version: '1.0.0',
        description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'push', description: 'Records in · 记录接入' },
        { name: 'records', description: 'Canonical records and changes · 规范记录与变更' },
        { name: 'trace', description: 'Lots, trace and documents · 批次、追溯与凭证' },
        { name: 'cases', description: 'Cases and holds · 案件与停售' },
        { name: 'supervision', description: 'Daily supervision · 每日监管' },
        { name: 'systems', description: 'Systems and mappings · 对接系统与映射' },
        { name: 'channels', description: 'Sources that do not push · 非推送来源的通道' },
        { name: 'reference', description: 'Parties, sites and products · 主体、场所与产品' },
        { name: 'quarantine', description: 'Rejections · 待处理记录' },
        { name: 'links', description: 'Sync to receivers · 同步链路' },
        { name: 'peers', description: 'Other hubs and claims · 平台互联与变更主张' },
        { name: 'keys', description: 'Keys · 密钥' },
        { name: 'evidence', description: 'Audit log, heads and proofs · 审计日志、日志头与存证' },
        { name: 'public', description: 'What anyone may see · 公开查询' },
        { name: 'operation', description: 'Health and metrics · 运行状态' },
      ],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'A key with scopes · 带权限范围的密钥' },
          password: {
            type: 'http',
            scheme: 'basic',
            description: 'The same key as the password, whatever the user · 密钥作为口令，用户名任意',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const { scopes, basic, isSighted } = route.config ?? {}
      const shown = scopes ? scopesToShow(isSighted ? [...scopes, ...SIGHT_SCOPES] : scopes) : []
      const security = scopes ? [{ key: shown }, ...(basic ? [{ password: shown }] : [])] : []
      // Every call that needs a key may be one too many.
      const response = { ...(scopes ? problems(429) : {}), ...(schema.response as object | undefined) }
      return { schema: { ...schema, security, response }, url }
    },
    transformObject: (document) => ({
      ...withNamedParts('openapiObject' in document ? document.openapiObject : {}),
      'x-tagGroups': READERS,
    }),
    refResolver: { buildLocalReference: (json, _baseUri, _fragment, i) => String(json['$id'] ?? `def-${i}`) },
  }
}

/** Where a route decides by itself, its description says which scopes it asks for. */
const scopesToShow = (scopes: readonly string[]): string[] =>
  scopes.includes('any') ? [] : [...scopes, 'admin']
