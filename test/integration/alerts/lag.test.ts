import { expect, it } from 'vitest'
import { messageId } from '#flow/intake/message-id.ts'
import { headPosition } from '#store/changes.ts'
import { noteFailure } from '#store/failures.ts'
import { readFollowerLags } from '#store/followers.ts'
import { createLink } from '#store/links.ts'
import { insertReplay } from '#store/replays.ts'
import { noteDone } from '#store/schedules.ts'
import { withApi } from '#test/api.ts'
import { rewrite } from '#test/rewrite.ts'
import { someRows, store } from '../delivery/setting.ts'

const api = withApi()
const links = async (): Promise<Record<string, unknown>[]> =>
  (await api.call('GET', '/v1/links')).json().links

it('a link tells how far each lane is behind, in changes and seconds, by the oldest change that was not taken', async () => {
  const { link } = await createLink(api.pool, { name: 'city', url: 'https://city.example.org/' })
  await api.pool.query("update links set created_at = now() - interval '10 days'")
  expect(await links()).toMatchObject([
    {
      behind: 0,
      secondsBehind: 0,
      oldest: null,
      held: { waiting: 0, refused: 0 },
      recall: { secondsBehind: 0 },
    },
  ])
  const rows = someRows(3)
  await store(api.pool, rows)
  const { rows: stored } = await rewrite(
    api.pool,
    `update record_versions set received_at = now() - interval '100 seconds' returning position, received_at as at`,
  )
  expect(await links()).toMatchObject([
    { behind: 3, oldest: stored[0], recall: { secondsBehind: 0, oldest: null } },
  ])
  expect((await links())[0]?.['secondsBehind']).toBeGreaterThanOrEqual(100)

  // Its cursor has passed all, but one is held and one was refused.
  const [first, second] = rows
  await api.pool.query('update link_lanes set cursor = $1', [stored.at(-1)?.position])
  await api.pool.query(
    `insert into held_changes (link_id, record_id, version, position, state)
     values ($1, $2, 1, $3, 'waiting'), ($1, $4, 1, $5, 'refused')`,
    [link.id, second?.id, stored[1]?.position, first?.id, stored[0]?.position],
  )
  expect(await links()).toMatchObject([
    { behind: 0, oldest: { position: stored[1]?.position }, held: { waiting: 1, refused: 1 } },
  ])
  expect((await links())[0]?.['secondsBehind']).toBeGreaterThanOrEqual(100)
})

it('what came before the link was made, or was made by a replay of an old message, waits since then and not since it came', async () => {
  await api.pool.query('delete from links')
  const old = { receivedAtMs: Date.now() - 300 * 86_400_000 }
  await store(api.pool, someRows(1, old))
  const cursor = (await headPosition(api.pool)) - 1n
  await createLink(api.pool, { name: 'new', url: 'https://new.example.org/', cursor })
  const seconds = async () => (await links())[0]?.['secondsBehind']
  expect(await seconds()).toBeLessThan(60)
  await api.pool.query("update links set created_at = now() - interval '400 days'")
  expect(await seconds()).toBeGreaterThan(299 * 86_400)
  const id = messageId(Date.now())
  const of = {
    mode: 'apply',
    scope: { system: 'jiaxing-wholesale' },
    mappings: {},
    who: 'test',
    targets: null,
  } as const
  await insertReplay(api.pool, { id, ...of })
  await store(api.pool, someRows(1, { ...old, replay: id }))
  await api.pool.query('update link_lanes set cursor = $1', [cursor + 1n])
  expect(await seconds()).toBeLessThan(60)
  // For those that follow the log too.
  await api.pool.query("insert into followers (name, position) values ('late', $1)", [cursor + 1n])
  const late = async () =>
    (await readFollowerLags(api.pool)).find(({ follower }) => follower === 'late')?.seconds
  expect(await late()).toBeLessThan(60)
  await api.pool.query("update followers set position = $1 where name = 'late'", [cursor])
  expect(await late()).toBeGreaterThan(299 * 86_400)
  await api.pool.query("delete from followers where name = 'late'")
  // Held ones too.
  await api.pool.query('update link_lanes set cursor = $1', [cursor + 2n])
  await api.pool.query(
    `insert into held_changes (link_id, record_id, version, position, state)
     select l.id, v.record_id, v.version, v.position, 'waiting' from links l, record_versions v where v.position = $1`,
    [cursor + 2n],
  )
  expect(await links()).toMatchObject([{ held: { waiting: 1 } }])
  expect(await seconds()).toBeLessThan(60)
})

it('a recall that waits is of its own lane, and a link that pulls owes nothing by itself', async () => {
  await api.pool.query('delete from links')
  await createLink(api.pool, {
    name: 'sales only',
    url: 'https://b.example.org/',
    filter: { kinds: ['sale'] },
  })
  await createLink(api.pool, { name: 'pulls' })
  const { link } = await createLink(api.pool, { name: 'all', url: 'https://a.example.org/' })
  await api.pool.query('update link_lanes set cursor = (select max(position) from record_versions)')
  await store(api.pool, someRows(2, { kind: 'hold' }))
  const byName = new Map((await links()).map((one) => [one['name'], one]))
  expect(byName.get('all')).toMatchObject({
    id: link.id,
    oldest: null,
    recall: { oldest: { position: expect.any(String) } },
  })
  expect(byName.get('sales only')).toMatchObject({
    recall: { secondsBehind: null, oldest: null, held: null },
  })
  expect(byName.get('pulls')).toMatchObject({ secondsBehind: null, held: null })
})

it('/metrics tells of lanes, the sweep, jobs, replays and alerts, whichever process did them', async () => {
  await api.pool.query("update links set created_at = now() - interval '10 days'")
  await noteDone(api.pool, 'sweep')
  await noteFailure(api.pool, { topic: 'jobs_failed', subject: 'links', reason: 'x' })
  await api.pool.query(
    `insert into alerts (id, topic, subject, facts, opened_at, told_at) values (gen_random_uuid(), 'system_silent', 's', '{}', now(), now())`,
  )
  const { body } = await api.call('GET', '/metrics')
  const { body: again } = await api.call('GET', '/metrics')
  for (const line of [
    /^hub_link_lag_seconds\{link="[0-9a-f-]{36}",lane="recall"\} [1-9.]/m,
    /^hub_link_held_changes\{link="[0-9a-f-]{36}",lane="live",state="waiting"\} 0$/m,
    /^hub_link_failed_tries\{link="[0-9a-f-]{36}",lane="live"\} 0$/m,
    /^hub_schedule_age_seconds\{schedule="sweep"\} [0-9.e-]+$/m,
    /^hub_jobs_failed_total\{queue="links"\} 1$/m,
    /^hub_alerts\{topic="system_silent"\} 1$/m,
    /^hub_alert_notices 0$/m,
  ]) {
    expect(body).toMatch(line)
    expect(again).toMatch(line)
  }
})

it('/metrics tells why a lane stands still and for whom, and names links whatever is in their names', async () => {
  await api.pool.query('delete from links')
  const names = ['杭州 "一" \\ 号', 'line\nhub_database_up 0']
  const [one, two] = await Promise.all(
    names.map(async (name) => (await createLink(api.pool, { name, url: 'https://a.example.org/' })).link.id),
  )
  await api.pool.query(
    `update link_lanes set attempts = 2, last_error = '{"class":"auth"}' where link_id = $1 and lane = 'live'`,
    [one],
  )
  await api.pool.query(`update links set state = 'paused' where id = $1`, [two])
  const lines = (await api.call('GET', '/metrics')).body.split('\n')
  expect(lines.filter((line) => line.startsWith('hub_link_stopped{'))).toEqual([
    `hub_link_stopped{link="${one}",lane="live",class="auth"} 1`,
  ])
  expect(lines).toContain(`hub_link_info{link="${one}",name="杭州 \\"一\\" \\\\ 号",state="active"} 1`)
  expect(lines).toContain(`hub_link_info{link="${two}",name="line\\nhub_database_up 0",state="paused"} 1`)
  expect(lines.filter((line) => line.startsWith('hub_database_up'))).toEqual(['hub_database_up 1'])
  // What is paused by a person owes nothing that somebody would be called for.
  expect(lines.filter((line) => line.startsWith('hub_link_lag_seconds{') && line.includes(`${two}`))).toEqual(
    [],
  )
})
