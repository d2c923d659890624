import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { POSITION } from '#api/cursor.ts'
import { answer, problems } from '#api/openapi.ts'
import { LIMIT, type PageQuery, pageQuery, query } from '#api/page.ts'
import type { RouteParts } from '#api/parts.ts'
import { sealedPlacesOf } from '#api/places.ts'
import {
  cardExample,
  cardPageExample,
  decisionExample,
  suggestionPageExample,
} from '#api/reference-examples.ts'
import { callerOf, sightOfCaller } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { codeParts, codeText, SUBJECTS, type Subject } from '#core/reference/describe.ts'
import { normaliseCode } from '#core/text.ts'
import { decideCode, undoCodeDecision } from '#flow/reference/decide-codes.ts'
import { pageOfCards, pageOfSameNames, readCard } from '#flow/reference/read-cards.ts'
import { pageOfSeenCards, readSeenCard } from '#flow/reference/read-seen-cards.ts'
import { pageOfSeenSameNames } from '#flow/reference/seen-same-names.ts'
import { withSight } from '#store/sighted.ts'

const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 300, description }))

const CardsQuery = query({
  code: text('A code, with or without its scheme (`cn.uscc:…`) · 代码，可带体系'),
  name: text('Beginning of a name; names of persons are not searched · 名称开头，不检索自然人姓名'),
  system: text('System that says anything of it · 提及它的系统'),
  region: Type.Optional(
    Type.String({
      pattern: '^\\d{2,6}$',
      description: 'GB/T 2260 code, with its subtree · 行政区划代码，含下级',
    }),
  ),
  ...pageQuery,
})
interface CardsParameters extends PageQuery {
  readonly code?: string
  readonly name?: string
  readonly system?: string
  readonly region?: string
}

const CardParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'Card · 名片' }) })
const DecisionParams = Type.Object({
  id: Type.String({ format: 'uuid', description: 'Card · 名片' }),
  decision: Type.String({ format: 'uuid', description: 'Decision · 决定' }),
})
const DecisionBody = Type.Object(
  {
    verdict: Type.Enum(['join', 'part'], {
      description: 'The code is of this party too, or joins nothing by itself · 合并到此名片，或不再自动关联',
    }),
    scheme: Type.String({ minLength: 1, maxLength: 100, description: 'Scheme of the code · 编码体系' }),
    value: Type.String({ minLength: 1, maxLength: 300, description: 'Code · 代码' }),
    reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'Why · 理由' }),
  },
  {
    additionalProperties: false,
    title: 'Decision on a code · 代码决定',
    examples: [
      {
        verdict: 'join',
        scheme: 'cn.uscc',
        value: '91330402MA2TE5A250',
        reason: 'business licence seen on 14 July',
      },
    ],
  },
)
interface DecisionFields {
  readonly verdict: 'join' | 'part'
  readonly scheme: string
  readonly value: string
  readonly reason: string
}

const CODE = /^.{1,400}$/s
const NAME = /^.{0,400}$/s
const WORDS = {
  party: { plural: 'parties', page: 'PartyPage', Name: 'Party', Names: 'Parties', zh: '主体' },
  site: { plural: 'sites', page: 'SitePage', Name: 'Site', Names: 'Sites', zh: '场所' },
} as const

/** `/v1/parties` and `/v1/sites`: the cards, suggestions, and what persons decide about codes. */
export const cardRoutes =
  (parts: RouteParts): FastifyPluginAsync =>
  async (app) => {
    for (const subject of SUBJECTS) {
      await app.register(readRoutes(parts, subject))
      await app.register(decisionRoutes(parts, subject))
    }
  }

const readRoutes =
  ({ pool }: RouteParts, subject: Subject): FastifyPluginAsync =>
  async (app) => {
    const { plural, page, Name, Names, zh } = WORDS[subject]
    app.route<{ Querystring: CardsParameters }>({
      method: 'GET',
      url: `/v1/${plural}`,
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: `list${Names}`,
        tags: ['reference'],
        summary: `${Names} by code and name · ${zh}名片列表`,
        description: [
          'One card for all codes that records give to one of them, with every value and where it comes from. The same name alone joins',
          'nothing. A page may be short while `next` says that there is more.',
          '',
          '同一记录中归于一方的代码合为一张名片，各取值附来源；仅同名不合并。页面可能不满，以 next 为准。',
        ].join('\n'),
        querystring: CardsQuery,
        response: {
          200: answer(page, 'One page · 一页', cardPageExample(plural)),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { code, name, system, region, after, limit = LIMIT } = request.query
        const place = await sealedPlacesOf(pool, request)
        const wanted = {
          subject,
          limit,
          ...(code === undefined ? {} : { codes: codesMeant(code) }),
          ...(name === undefined ? {} : { name }),
          ...(system === undefined ? {} : { system }),
          ...(region === undefined ? {} : { region }),
        }
        const sight = sightOfCaller(request)
        if (sight !== null) {
          const last = place.read(after, CODE)?.[0]
          const seen = await withSight(pool, sight, (reader, hub) =>
            pageOfSeenCards(
              { reader, hub, sight },
              { ...wanted, ...(last === undefined ? {} : { after: last }) },
            ),
          )
          return { [plural]: seen.cards, next: seen.next && place.write(seen.next) }
        }
        const cursor = place.read(after, POSITION, CODE)
        const { cards, next } = await pageOfCards(pool, {
          ...wanted,
          ...(cursor ? { after: { position: BigInt(cursor[0] as string), code: cursor[1] as string } } : {}),
        })
        return { [plural]: cards, next: next && place.write(next.position, next.code) }
      },
    })
    app.route<{ Querystring: PageQuery }>({
      method: 'GET',
      url: `/v1/${plural}/suggestions`,
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: `list${Name}Suggestions`,
        tags: ['reference'],
        summary: `${Names} of one name on several cards · ${zh}合并建议`,
        description:
          'For a person to decide; the hub never joins by name. Persons are left out. A limited caller gets names on several of its cards; a page may be short while `next` says that there is more. 供人工判断，平台不按名称合并；不含自然人。仅见部分数据者为其可见名片中的同名者；页面可能不满，以 next 为准。',
        querystring: query(pageQuery),
        response: {
          200: answer('SuggestionPage', 'One page · 一页', suggestionPageExample),
          ...problems(400, 401, 403, 429, 503),
        },
      },
      handler: async (request) => {
        const { after, limit = LIMIT } = request.query
        const place = await sealedPlacesOf(pool, request)
        const sight = sightOfCaller(request)
        if (sight !== null) {
          const [code, name = ''] = place.read(after, CODE, NAME) ?? []
          const seen = await withSight(pool, sight, (reader, hub) =>
            pageOfSeenSameNames(
              { reader, hub, sight },
              {
                subject,
                limit,
                ...(code === undefined ? {} : { after: { code, name: name === '' ? null : name } }),
              },
            ),
          )
          return {
            suggestions: seen.suggestions,
            next: seen.next && place.write(seen.next.code, seen.next.name ?? ''),
          }
        }
        const cursor = place.read(after, CODE)?.[0]
        const { suggestions, next } = await pageOfSameNames(pool, {
          subject,
          limit,
          ...(cursor === undefined ? {} : { after: cursor }),
        })
        return { suggestions, next: next && place.write(next) }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: `/v1/${plural}/:id`,
      config: { scopes: ['read'], isSighted: true },
      schema: {
        operationId: `get${Name}`,
        tags: ['reference'],
        summary: `A card · ${zh}名片`,
        description:
          'Also by an identifier that the card had before it was merged. Names of persons are masked. 合并前的标识仍可使用；自然人名称脱敏。',
        params: CardParams,
        response: {
          200: answer('CardDetail', 'The card · 名片', cardExample),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request) => {
        const { id } = request.params
        const sight = sightOfCaller(request)
        const card =
          sight === null
            ? await readCard(pool, subject, id)
            : await withSight(pool, sight, (reader, hub) => readSeenCard({ reader, hub, sight }, subject, id))
        if (!card) throw new HubError('not_found', { detail: `${subject} ${id}` })
        return card
      },
    })
  }

const decisionRoutes =
  ({ pool }: RouteParts, subject: Subject): FastifyPluginAsync =>
  async (app) => {
    const { plural, Name, zh } = WORDS[subject]
    app.route<{ Params: { id: string }; Body: DecisionFields }>({
      method: 'POST',
      url: `/v1/${plural}/:id/aliases`,
      config: { scopes: [] },
      schema: {
        operationId: `decide${Name}Code`,
        tags: ['reference'],
        summary: `Join a code to a card, or part it · ${zh}代码合并或拆分`,
        description: [
          '`join`: the code, with all of its own card, is of this one too. `part`: the code joins nothing any more that records name beside',
          'it, as a code that many share must not. The reason is kept; DELETE takes the decision back.',
          '',
          'join：该代码（及其名片）并入此名片；part：该代码不再因记录而与其他代码关联，用于多方共用的代码。理由留存，可撤销。',
        ].join('\n'),
        params: CardParams,
        body: DecisionBody,
        response: {
          201: answer('CodeDecision', 'The decision · 决定', decisionExample),
          ...problems(400, 401, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      handler: async (request, reply) => {
        const { verdict, scheme, value, reason } = request.body
        const decision = await decideCode(pool, {
          subject,
          card: request.params.id,
          verdict,
          code: codeText({ scheme, value }),
          reason,
          keyId: callerOf(request).keyId,
        })
        reply.code(201).header('location', `/v1/${plural}/${request.params.id}/aliases/${decision.id}`)
        return decision
      },
    })
    app.route<{ Params: { id: string; decision: string } }>({
      method: 'DELETE',
      url: `/v1/${plural}/:id/aliases/:decision`,
      config: { scopes: [] },
      schema: {
        operationId: `undo${Name}Decision`,
        tags: ['reference'],
        summary: `Take a decision back · 撤销${zh}代码决定`,
        description:
          'The cards become what records and the other decisions say; the decision stays as history. 名片按记录与其他决定重新归并，决定留作历史。',
        params: DecisionParams,
        response: {
          204: { description: 'Taken back · 已撤销', type: 'null' },
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async (request, reply) => {
        await undoCodeDecision(pool, {
          subject,
          decision: request.params.decision,
          keyId: callerOf(request).keyId,
        })
        return reply.code(204).send()
      },
    })
  }

/** What a typed code may be: as written, and as codes are normalised; with its scheme or without. */
function codesMeant(typed: string): string[] {
  const { scheme, value } = codeParts(typed)
  const named = scheme === '' ? [] : [codeText({ scheme, value: normaliseCode(value) })]
  return [...new Set([typed, normaliseCode(typed), ...named])]
}
