import { userInfo } from 'node:os'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { followers } from '#flow/follow/followers.ts'
import { openApi, type TestApi } from '#test/api.ts'
import { copiedDatabase } from '#test/database.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { makeTemplate } from '#test/template.ts'

// The tests run on the newest PostgreSQL, the one that the hub brings along. What that one understands, the oldest that is promised may not.
const OLDER =
  process.env['HUB_TEST_OLDER_DATABASE_URL'] ?? `postgresql://${userInfo().username}@127.0.0.1:5432/postgres`
const required = process.env['HUB_TEST_REQUIRE_SERVICES'] === '1'

/** The version of the server that runs here; null where none lets us in. */
async function olderVersion(): Promise<number | null> {
  const client = new pg.Client({ connectionString: OLDER, connectionTimeoutMillis: 3000 })
  try {
    await client.connect()
    const { rows } = await client.query(`select current_setting('server_version_num')::int as version`)
    return rows[0].version
  } catch {
    return null
  } finally {
    await client.end().catch(() => {})
  }
}

const version = await olderVersion()
const isOlder = version !== null && version >= 150_000 && version < 180_000

describe.runIf(isOlder || required)(
  'a PostgreSQL older than the one that comes with the hub (15 to 17)',
  () => {
    let api: TestApi & { close(): Promise<void> }
    beforeAll(async () => {
      api = await openApi((registry) => registry, {}, copiedDatabase(OLDER, await makeTemplate(OLDER)))
    })
    afterAll(async () => await api?.close())

    it('takes messages, corrections and voids', async () => {
      const bill = (more: Readonly<Record<string, unknown>>) => JSON.stringify([trade('B1', more)])
      const results: string[] = []
      for (const more of [{}, {}, { netWeight: '101.0', amount: '484.80' }]) {
        const answer = await api.push(TRADES, bill(more))
        expect(answer.statusCode, answer.body).toBe(200)
        results.push(answer.json().results[0].result)
      }
      expect(results).toEqual(['created', 'unchanged', 'updated'])
    })

    it.each(followers.map((follower) => [follower.name, follower] as const))(
      'is followed by %s',
      async (_, follower) => {
        for (let steps = 0; steps < 100 && (await follower.step(api.pool)) === 'more'; steps++);
      },
    )

    it('has counted and described what the followers read', async () => {
      const { rows } = await api.pool.query(
        `select (select count(*)::int from quality_counts where name = 'records') as counted,
              (select count(*)::int from quality_codes) as numbers, (select count(*)::int from descriptions) as described`,
      )
      expect(rows[0].counted).toBeGreaterThan(0)
      expect(rows[0].numbers).toBeGreaterThan(0)
      expect(rows[0].described).toBeGreaterThan(0)
    })

    it('answers every question of the API', async () => {
      const document = (await openapiDocument()) as unknown as {
        paths: Record<string, Record<string, unknown>>
      }
      const uuid = '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2'
      const failed: string[] = []
      for (const [path, methods] of Object.entries(document.paths)) {
        if (!('get' in methods)) continue
        const url = path
          .replace('/systems/{id}', '/systems/jiaxing-wholesale')
          .replace('{system}', 'jiaxing-wholesale')
          .replace('{record}', 'trade')
          .replace('{version}', '1')
          .replace('{code}', 'B1')
          .replaceAll(/\{\w+\}/g, uuid)
        const { statusCode, body } = await api.call('GET', url)
        if (statusCode >= 500) failed.push(`${url} ${statusCode} ${body}`)
      }
      expect(failed).toEqual([])
    })
  },
)
