import type { FastifyPluginAsync } from 'fastify'
import Type from 'typebox'
import { answer, problems } from '#api/openapi.ts'
import type { RouteParts } from '#api/parts.ts'
import { callerOf, holds } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'
import { HUB_ID, HUB_PATTERN } from '#core/peers/hub-id.ts'
import { joinPeer } from '#flow/peers/join-peer.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readRecordRoads } from '#store/peer-versions.ts'
import { listPeers } from '#store/peers.ts'
import type { Words } from '#store/systems.ts'

const VERSIONS_MAX = 100
const RecordParams = Type.Object({
  id: Type.String({ maxLength: 6000, description: 'Record · 记录标识' }),
})
const slug = (description: string) => Type.String({ pattern: HUB_ID.source, description })
const NewPeerBody = Type.Object(
  {
    system: slug('System under which it is known here · 在本平台的系统标识'),
    hub: slug('Identifier of the other hub · 对端平台标识'),
    carries: Type.Optional(
      Type.Array(Type.String({ pattern: HUB_PATTERN.source }), {
        maxItems: 1000,
        description:
          'Hubs whose records it may bring beside its own, such as `zj-hangzhou-*` or `*` · 除自身外可带来哪些平台的记录',
      }),
    ),
    title: Type.Optional(
      Type.Object(
        {
          zh: Type.String({ minLength: 1, maxLength: 200 }),
          en: Type.String({ minLength: 1, maxLength: 200 }),
        },
        { additionalProperties: false, description: 'Title · 标题' },
      ),
    ),
  },
  {
    additionalProperties: false,
    title: 'New peer · 新对端平台',
    examples: [{ system: 'hub-hangzhou', hub: 'zj-hangzhou', carries: ['zj-hangzhou-*'] }],
  },
)

interface NewPeerFields {
  readonly system: string
  readonly hub: string
  readonly carries?: readonly string[]
  readonly title?: Words
}

/** `GET /v1/hub`, `GET /v1/records/{id}/road`, and `POST /v1/peers` with which two hubs begin to be joined. */
export const peerRoutes =
  ({ pool }: RouteParts): FastifyPluginAsync =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/v1/hub',
      config: { scopes: ['any'] },
      schema: {
        operationId: 'getHub',
        tags: ['peers'],
        summary: 'This hub and its peers · 本平台与对端平台',
        description:
          'Any key may ask who this hub is. Peers are told to `read`, and to each peer itself. 任何有效密钥均可查询本平台标识；对端平台列表限 read，对端仅见自己。',
        response: { 200: answer('Hub', 'This hub · 本平台'), ...problems(401, 429, 503) },
      },
      handler: async (request) => {
        const peers = await listPeers(pool)
        const caller = callerOf(request)
        return {
          id: await readHubId(pool),
          peers: peers.filter(({ system }) => holds(caller, 'read', `push:${system}`)),
        }
      },
    })
    app.route<{ Params: { id: string } }>({
      method: 'GET',
      url: '/v1/records/:id/road',
      config: { scopes: ['read'] },
      schema: {
        operationId: 'getRecordRoad',
        tags: ['peers'],
        summary: 'Owner of a record and its road · 记录的归属与途经平台',
        description:
          'The hub that owns it, and for its newest 100 versions the hubs that each has passed. 归属平台，以及最近 100 个版本各自途经的平台。',
        params: RecordParams,
        response: {
          200: answer('RecordRoad', 'Its road · 归属与路径'),
          ...problems(400, 401, 403, 404, 429, 503),
        },
      },
      handler: async ({ params: { id } }) => {
        const versions = await readRecordRoads(pool, id, VERSIONS_MAX)
        const [newest] = versions
        if (!newest) throw new HubError('not_found', { detail: `record ${id}` })
        const here = await readHubId(pool)
        return {
          id,
          owner: newest.road?.origin ?? here,
          isHere: newest.road === null,
          versions: versions.map(({ version, road }) => ({
            version,
            hops: road?.hops ?? [],
            via: road?.via ?? null,
          })),
        }
      },
    })
    app.route<{ Body: NewPeerFields }>({
      method: 'POST',
      url: '/v1/peers',
      config: { scopes: [] },
      schema: {
        operationId: 'joinPeer',
        tags: ['peers'],
        summary: 'Join another hub · 登记对端平台',
        description: [
          'The other hub may then post its changes to `path` with the key: give both to its operator, who makes a link to there with the key as',
          'token. Called again for a known peer it changes what that may bring, and makes a further key. See docs/federation.md.',
          '',
          '登记后，对端平台即可凭密钥向 path 推送变更；请将两者交给对端运维人员创建链路。再次调用可修改其可转送范围并另发一把密钥。',
        ].join('\n'),
        body: NewPeerBody,
        response: {
          201: answer('JoinedPeer', 'The peer with its key · 对端平台与密钥'),
          ...problems(400, 401, 403, 409, 413, 415, 429, 503),
        },
      },
      handler: async ({ body: { carries = [], ...rest } }, reply) => {
        const { peer, path, key } = await joinPeer(pool, { ...rest, carries })
        reply.code(201)
        return { ...peer, path, key }
      },
    })
  }
