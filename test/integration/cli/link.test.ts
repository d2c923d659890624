import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { linkCommand } from '#cli/link.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { readLinkTransport } from '#store/link-secrets.ts'
import { withApi } from '#test/api.ts'
import { type Receiver, startReceiver } from '../delivery/receiver.ts'
import { deliveryAt, linkNow, someRows, store } from '../delivery/setting.ts'

const api = withApi()
let receiver: Receiver
let where: string[]

beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.app.server.address() as AddressInfo
  where = ['--hub', `http://127.0.0.1:${port}`, '--key', await api.key('admin')]
})
beforeEach(async () => {
  receiver = await startReceiver()
  vi.stubEnv('HUB_LANG', 'en')
})
afterEach(async () => {
  await receiver.close()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

/** What a command says, on standard output and on standard error. */
async function hub(...argv: string[]): Promise<string> {
  const said: string[] = []
  for (const name of ['log', 'error'] as const)
    vi.spyOn(console, name).mockImplementation((line: string) => void said.push(line))
  await linkCommand([...argv, ...where])
  return said.join('\n')
}
const create = (...more: string[]) =>
  hub('create', '--name', 'City', '--url', receiver.url, '--allow', receiver.allow, ...more)
const idIn = (said: string): string => /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(said)?.[0] ?? ''

it('makes a link to a folder on another host, with secrets from files that are never shown', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hub-link-'))
  const file = join(folder, 'password')
  await writeFile(file, 'a secret of 2024\n')
  const url = `sftp://city@127.0.0.1:2222/in?hostKey=SHA256:${'A'.repeat(43)}`
  const made = await hub(
    'create',
    ...['--name', 'City', '--url', url, '--allow', '127.0.0.1/32:2222', '--secret', `password=${file}`],
  )
  expect(made).toContain(url)
  expect(made).not.toContain('a secret of 2024')
  const { token } = (await readLinkTransport(api.pool, idIn(made))) ?? {}
  expect(JSON.parse(token ?? '')).toEqual({ password: 'a secret of 2024' })
  await writeFile(file, 'another\n')
  await hub('patch', idIn(made), '--secret', `password=${file}`)
  expect(JSON.parse((await readLinkTransport(api.pool, idIn(made)))?.token ?? '')).toEqual({
    password: 'another',
  })
  await rm(folder, { recursive: true })
})

it('makes, shows, changes, pauses, resumes and deletes a link', async () => {
  const made = await create(
    '--kind',
    'sale',
    '--kind',
    'test',
    '--from',
    'now',
    '--batch',
    '50',
    '--coalesce',
  )
  expect(made).toMatch(/shown once\): whsec_/)
  const id = idIn(made)
  expect(await linkNow(api.pool, id)).toMatchObject({
    filter: { kinds: ['sale', 'test'] },
    limits: { batch: 50 },
    coalesces: true,
  })
  expect(await hub('patch', id, '--region', '330400', '--changes-per-second', '200')).toContain(
    '"regions":["330400"]',
  )
  expect(await linkNow(api.pool, id)).toMatchObject({
    filter: { kinds: ['sale', 'test'], regions: ['330400'] },
    limits: { batch: 50, changesPerSecond: 200 },
  })
  expect(await hub('pause', id)).toContain('paused')
  expect(await hub('resume', id)).toContain('active')
  expect(await hub('list')).toMatch(new RegExp(`^${id}  active  \\d+ behind  City  `, 'm'))
  expect(await hub('show', id)).not.toContain('closed')
  vi.stubEnv('HUB_LANG', 'zh')
  expect(await hub('show', id)).toMatch(/实时：位点 \d+，已投递 0/)
  expect(await hub('delete', id)).toBe('已删除。')
  expect(await hub('show', id)).toContain('未找到')
  expect(process.exitCode).toBe(1)
})

it('tells of the breaker of a link in words, where its receiver fails', async () => {
  const id = idIn(await create('--from', 'now'))
  await store(api.pool, someRows(1))
  receiver.answer = () => ({ status: 503 })
  await deliveryAt(api.pool).delivery.deliverLink(id)
  expect(await hub('list')).toContain(`${id}  active  breaker open  `)
  expect(await hub('show', id)).toMatch(/live: position \d+, delivered 0, refused 0, breaker open, next try /)
})

it('names its own option for an address that is refused, and says why in Chinese', async () => {
  vi.stubEnv('HUB_LANG', 'zh')
  const said = await hub('create', '--name', 'City', '--url', receiver.url)
  expect(said).toContain('127.0.0.1 为内网或特殊地址；确需使用的，请在 --allow 中声明，如 127.0.0.1/32:')
  expect(said).not.toContain('allowAddress')
})

it('says what a link may see and how it signs, and changes its secret', async () => {
  const made = await create('--sees', 'partner', '--sees', 'restricted', '--signing', 'v1a')
  expect(made).toMatch(/public key: whpk_/)
  const id = idIn(made)
  expect(await linkNow(api.pool, id)).toMatchObject({ sees: ['public', 'partner', 'restricted'] })
  const until = new Date(Date.now() + 3_600_000).toISOString()
  expect(await hub('rotate', id, '--until', until)).toMatch(
    new RegExp(`shown once\\): whsec_.*\nthe one before signs along until ${until}$`),
  )
  expect((await linkNow(api.pool, id)).signing.map(({ scheme, validUntil }) => [scheme, validUntil])).toEqual(
    [
      ['v1', null],
      ['v1a', until],
    ],
  )
  await expect(hub('patch', id, '--signing', 'v1')).rejects.toThrow(WrongUsage)
  expect(await hub('create', '--name', 'x', '--folder', '/srv/drop/x')).toContain('HUB_DROP_FOLDERS')
})

it('counts and sends the past, shows what was refused by cause, sends it again or gives it up', async () => {
  const id = idIn(await create('--from', 'now'))
  const rows = someRows(2)
  await store(api.pool, rows)
  receiver.answer = ({ changes }) =>
    changes.map(({ event }) => ({ event, verdict: 'reject', code: 'E7', detail: 'no' }))
  await deliveryAt(api.pool).delivery.deliverLink(id)
  expect(await hub('held', id)).toMatch(/^2 {2}E7 no {2}\[sale\]\n {2}receiver: /)
  expect((await hub('held', id, '--state', 'refused')).split('\n')).toHaveLength(2)
  expect(await hub('resend', id, '--cause', 'E7 no')).toContain('2 changes go again')
  await deliveryAt(api.pool).delivery.deliverLink(id)
  expect(await hub('drop', id, '--all', '--reason', 'agreed')).toContain('2 changes were given up')
  expect(await hub('backfill', id, '--record', rows[0]?.id ?? '', '--dry-run')).toBe(
    'Records that would be sent: 1',
  )
  expect(await hub('backfill', id, '--kind', 'sale')).toMatch(/^backfill .*: open/)
})

it('knows no other words, and does nothing to refused changes where neither a cause nor all of them is named', async () => {
  const id = idIn(await create())
  for (const argv of [
    ['remove', id],
    ['show'],
    ['resend', id],
    ['drop', id, '--all'],
    ['patch', id],
    ['create'],
  ])
    await expect(hub(...argv)).rejects.toThrow(WrongUsage)
  await expect(linkCommand(['list'])).rejects.toThrow('--hub, --key: missing.')
})

it('refuses an option that the action does not take, by name: a backfill that passed one over would send all of the past', async () => {
  const id = idIn(await create('--from', 'now'))
  const said = async (...argv: string[]): Promise<string> =>
    await hub(...argv).catch((error: unknown) => {
      expect(error).toBeInstanceOf(WrongUsage)
      return (error as Error).message
    })
  expect(await said('backfill', id, '--from', '2026-07-01')).toBe('--from is no option here.')
  expect(await said('delete', id, '--all')).toBe('--all is no option here.')
  expect(await said('pause', id, '--until', '2026-07-01')).toBe('--until is no option here.')
  expect(await said('list', '--state', 'paused')).toBe('--state is no option here.')
  expect(await said('create', '--nme', 'x')).toBe('--nme is no option here.')
  expect(await said('create', '--name', 'x', '--batch', 'many')).toBe('--batch: many is no number.')
  expect(await said('patch', id, '--coalesce', '--no-coalesce')).toMatch(/not both/)
  expect(await said('show', id, 'another')).toBe('"another" is one word too many.')
  expect(await said('patch', id, '--coalesce=yes')).toBe('--coalesce takes no value.')
  expect(await said('resend', id, '--cause', '--all')).toBe('--cause: the value is missing.')
  expect(await said('shw', id)).toBe('hub link knows no "shw"; did you mean show?')
  vi.stubEnv('HUB_LANG', 'zh')
  expect(await said('backfill', id, '--from', '2026-07-01')).toBe('此处没有选项 --from。')
  const { rows } = await api.pool.query('select count(*)::int as count from backfills where link_id = $1', [
    id,
  ])
  expect(rows).toEqual([{ count: 0 }])
  expect(await linkNow(api.pool, id)).toMatchObject({ state: 'active' })
})

it('shows how long the oldest change waits, since when, and what is held; and leaves out superseded versions no more where it is told so', async () => {
  const id = idIn(await create('--from', 'now', '--coalesce'))
  await api.pool.query("update links set created_at = now() - interval '10 days' where id = $1", [id])
  await store(api.pool, someRows(3, { receivedAtMs: Date.now() - 120_000 }))
  receiver.answer = ({ changes }) =>
    changes.map(({ event }, i) => ({ event, verdict: i === 0 ? 'retry' : i === 1 ? 'reject' : 'ok' }))
  await deliveryAt(api.pool).delivery.deliverLink(id)
  const said = await hub('show', id)
  expect(said).toMatch(/oldest not taken: 12\d s \(20[^)]*Z\); held for another try 1, refused 1/)
  expect(await linkNow(api.pool, id)).toMatchObject({ coalesces: true })
  await hub('patch', id, '--no-coalesce')
  expect(await linkNow(api.pool, id)).toMatchObject({ coalesces: false })
})
