import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { checkEgress } from '#cli/doctor/egress.ts'
import { egressCommand } from '#cli/egress.ts'
import { partnerCommand } from '#cli/partner.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { bounded } from '#flow/channels/ports.ts'
import { leaseNotices } from '#store/alert-notices.ts'
import { readDueAnchors } from '#store/audit-anchors.ts'
import { readAlteredSettings } from '#store/audit-checks.ts'
import { leaseLink } from '#store/link-lease.ts'
import { readLinkReach } from '#store/link-reach.ts'
import { takePartner } from '#store/partners.ts'
import { withApi } from '#test/api.ts'

const api = withApi()
let receiver: Server
let port = 0
let calls = 0
beforeAll(async () => {
  receiver = createServer((_request, response) => {
    calls++
    response.end('{"results":[]}')
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  port = (receiver.address() as AddressInfo).port
})
afterAll(() => void receiver.close())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

const partner = async (name: string, ...scopes: string[]): Promise<string> =>
  (await takePartner(api.pool, { name, scopes })) as string
const setList = (id: string, egress: string[] | null, key?: string) =>
  api.call('PATCH', `/v1/partners/${id}`, { body: { egress }, ...(key ? { key } : {}) })
const linkWish = (more: object = {}) => ({
  name: 'city',
  url: `http://127.0.0.1:${port}/in`,
  allowAddress: `127.0.0.1/32:${port}`,
  ...more,
})
/** The lease has run out when it is taken, so that the next is not held up however fast it follows. */
const allowOf = async (id: string): Promise<readonly string[]> => {
  const leased = await leaseLink(api.pool, id, { lane: 'live', nowMs: Date.now(), leaseMs: 0 })
  if (leased.state !== 'leased') throw new Error(`the link ${id} is not there to be leased: ${leased.state}`)
  return leased.lease.allowAddress
}
/** Sends as a delivery of the link does, with what its lease says. */
async function sendOver(id: string) {
  const delivery = createHttpDelivery()
  const outcome = await delivery.post({
    url: `http://127.0.0.1:${port}/in`,
    allow: await allowOf(id),
    signal: new AbortController().signal,
    body: '{}',
    contentType: 'application/json',
  })
  delivery.close()
  return outcome
}

describe('the egress list of a partner', () => {
  it('bounds its link at the next connection, and no other; null takes it away', async () => {
    const { id } = (await api.call('POST', '/v1/links', { body: linkWish() })).json()
    const { id: other } = (await api.call('POST', '/v1/links', { body: linkWish({ name: 'other' }) })).json()
    const of = await partner('city', `link:${id}`)
    expect((await api.call('GET', '/v1/partners')).json().partners).toContainEqual(
      expect.objectContaining({ id: of, egress: null }),
    )
    expect(await sendOver(id)).toMatchObject({ kind: 'answered' })
    const set = await setList(of, ['*.Example.CN', '203.0.113.0/24'])
    expect(set.statusCode).toBe(200)
    expect(set.json()).toMatchObject({ id: of, egress: ['*.example.cn', '203.0.113.0/24'] })
    const before = calls
    expect(await sendOver(id)).toMatchObject({
      kind: 'failed',
      class: 'config',
      detail: expect.stringContaining('egress list'),
    })
    expect(calls).toBe(before)
    expect(await sendOver(other)).toMatchObject({ kind: 'answered' })
    // What reconciles asks the same link.
    expect((await readLinkReach(api.pool, id))?.allowAddress).toContain('only:203.0.113.0/24')
    // Its settings show what an administrator set, and the list is nothing of them.
    expect((await api.call('GET', `/v1/links/${id}`)).json().allowAddress).toEqual([`127.0.0.1/32:${port}`])
    const moved = await api.call('PATCH', `/v1/links/${id}`, { body: linkWish() })
    expect(moved.json()).toMatchObject({ code: 'address_refused', detail: expect.stringContaining('egress') })
    await setList(of, [`127.0.0.1:${port}`])
    expect(await sendOver(id)).toMatchObject({ kind: 'answered' })
    await setList(of, [])
    expect(await sendOver(id)).toMatchObject({ kind: 'failed', class: 'config' })
    // Revoking it opens nothing.
    await api.call('DELETE', `/v1/partners/${of}`)
    expect(await sendOver(id)).toMatchObject({ kind: 'failed', class: 'config' })
    await setList(of, null)
    expect(await sendOver(id)).toMatchObject({ kind: 'answered' })
  })

  it('bounds links and channels of its systems, from their creation on', async () => {
    const of = await partner('market', 'push:jiaxing-wholesale')
    await setList(of, ['api.example.cn:443'])
    const made = await api.call('POST', '/v1/links', { body: linkWish({ system: 'jiaxing-wholesale' }) })
    expect(made.json()).toMatchObject({ code: 'address_refused', detail: expect.stringContaining('egress') })
    await api.call('PATCH', '/v1/systems/jiaxing-wholesale', {
      body: { settings: { url: `http://127.0.0.1:${port}/`, allowAddress: [`127.0.0.1/32:${port}`] } },
    })
    const checked = await api.call('POST', '/v1/systems/jiaxing-wholesale/check', {
      headers: { 'accept-language': 'en' },
    })
    expect(checked.json().settings).toContainEqual(
      expect.objectContaining({ setting: 'url', reason: expect.stringContaining('egress list') }),
    )
    const channel = { allowAddress: [] } as unknown as Parameters<typeof bounded>[2]
    const allow = async (system: string) => (await bounded(api.pool, system, channel)).allowAddress
    expect(await allow('jiaxing-wholesale')).toEqual(['only:-', 'only:api.example.cn:443'])
    expect(await allow('shaoxing-slaughter')).toEqual([])
  })

  it('counts alone where its owner is closer than others, and together with those who are as close', async () => {
    const rules = async (link: string | null = null) =>
      (await api.pool.query(`select egress_rules($1, 'stall-ledger') as rules`, [link])).rows[0].rules
    const one = await partner('one', 'push:stall-ledger')
    const two = await partner('two', 'push:stall-ledger')
    const three = await partner('three', 'read:stall-ledger')
    const link = randomUUID()
    const four = await partner('four', `link:${link}`)
    await setList(three, ['b.cn', 'a.cn'])
    expect([await rules(), await rules(link)]).toEqual([
      ['only:-', 'only:a.cn', 'only:b.cn'],
      ['only:-', 'only:a.cn', 'only:b.cn'],
    ])
    await setList(one, ['a.cn'])
    expect(await rules()).toEqual(['only:-', 'only:a.cn'])
    await setList(two, ['c.cn'])
    expect(await rules()).toEqual(['only:-', 'only:a.cn', 'only:c.cn'])
    await setList(four, ['d.cn'])
    expect([await rules(), await rules(link)]).toEqual([
      ['only:-', 'only:a.cn', 'only:c.cn'],
      ['only:-', 'only:d.cn'],
    ])
    await setList(four, [])
    expect(await rules(link)).toEqual(['only:-'])
  })

  it('is set by who administers security, with entries that are some, and watched by the log', async () => {
    const of = await partner('watched', 'push:cold-chain')
    const wrong = await setList(of, ['a.cn', 'http://b.cn', '10.0.0.0/40'])
    expect(wrong.statusCode).toBe(400)
    expect(wrong.json().issues.map(({ path }: { path: string }) => path)).toEqual(['/egress/1', '/egress/2'])
    expect((await setList(of, ['a.cn'], await api.key('read'))).statusCode).toBe(403)
    expect((await setList('0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2', ['a.cn'])).statusCode).toBe(404)
    // A rule cannot be smuggled in as an address that is allowed.
    for (const rule of ['only:a.cn', 'only:-']) {
      const wish = { name: 'x', url: 'https://93.184.216.34/', allowAddress: [rule] }
      for (const path of ['/v1/links', '/v1/alert-targets', '/v1/audit/anchors'])
        expect((await api.call('POST', path, { body: wish })).statusCode, path).toBeGreaterThanOrEqual(400)
    }
    expect(await readAlteredSettings(api.pool, 10)).toEqual([])
    await setList(of, ['a.cn'])
    await api.pool.query(`update partners set egress = '{evil.cn}' where id = $1`, [of])
    expect(await readAlteredSettings(api.pool, 10)).toEqual([])
    await api.pool.query('alter table partners disable trigger note_setting')
    await api.pool.query(`update partners set egress = '{worse.cn}' where id = $1`, [of])
    await api.pool.query('alter table partners enable trigger note_setting')
    expect((await readAlteredSettings(api.pool, 10)).map(({ subject }) => subject)).toEqual([
      `partners ${of}`,
    ])
  })

  it('is set by hub partner egress', async () => {
    const of = await partner('by command', 'push:longyou-farms')
    const said: string[] = []
    vi.stubEnv('HUB_LANG', 'en')
    vi.stubEnv('DATABASE_URL', api.database.url)
    for (const name of ['log', 'error'] as const)
      vi.spyOn(console, name).mockImplementation((text: string) => void said.push(text))
    const egressIs = async () =>
      (await api.pool.query('select egress from partners where id = $1', [of])).rows[0].egress
    await partnerCommand(['egress', '--partner', of, '--allow', 'a.cn', '--allow', '203.0.113.0/24:21'])
    expect(JSON.parse(said.join(''))).toMatchObject({ id: of, egress: ['a.cn', '203.0.113.0/24:21'] })
    await partnerCommand(['egress', '--partner', of, '--nothing'])
    expect(await egressIs()).toEqual([])
    await partnerCommand(['egress', '--partner', of, '--any'])
    expect(await egressIs()).toBeNull()
    await partnerCommand(['egress', '--partner', of, '--allow', 'http://a.cn'])
    expect(process.exitCode).toBe(1)
    expect(said.at(-1)).toContain('/egress/0')
    for (const argv of [['--any', '--nothing'], [], ['--any', '--allow', 'a.cn']])
      await expect(partnerCommand(['egress', '--partner', of, ...argv])).rejects.toThrow(WrongUsage)
    await expect(partnerCommand(['egress', '--any'])).rejects.toThrow(WrongUsage)
  })
})

describe('the egress list of the hub', () => {
  /** Runs `hub egress`, and gives what it says. */
  async function egress(...argv: string[]): Promise<string> {
    const said: string[] = []
    vi.stubEnv('HUB_LANG', 'en')
    vi.stubEnv('DATABASE_URL', api.database.url)
    for (const name of ['log', 'error'] as const)
      vi.spyOn(console, name).mockImplementation((text: string) => void said.push(text))
    await egressCommand(argv)
    return said.join('\n')
  }

  it('bounds targets of alerts, anchors, links and channels of no partner, when they are made and at each connection; hub doctor says that there is none', async () => {
    expect(JSON.parse(await egress())).toEqual({ egress: null })
    expect(await checkEgress(api.pool)).toMatchObject({ check: 'egress', state: 'warn' })
    const wish = { name: 'x', url: `http://127.0.0.1:${port}/in`, allowAddress: `127.0.0.1/32:${port}` }
    const paths = ['/v1/links', '/v1/alert-targets', '/v1/audit/anchors']
    const ids: string[] = []
    for (const path of paths) {
      const made = await api.call('POST', path, { body: wish })
      expect(made.statusCode, made.body).toBe(201)
      ids.push(made.json().id)
    }
    const owned = await partner('owned', `link:${ids[0]}`)
    await api.pool.query(
      `insert into alerts (id, topic, subject, facts, opened_at, told_at) values ($1, 'link_stopped', 'x', '{}', now(), now())`,
      [randomUUID()],
    )
    const due = async () => {
      await api.pool.query('delete from alert_notices')
      await api.pool.query(
        `insert into alert_notices (id, target_id, alert_id, moment, facts, at, next_at)
         select gen_random_uuid(), $1, id, 'opened', '{}', now(), now() from alerts limit 1`,
        [ids[1]],
      )
      const nowMs = Date.now() + 1000
      const [notice] = await leaseNotices(api.pool, {
        target: ids[1] as string,
        nowMs,
        leaseMs: 1,
        limit: 10,
      })
      const anchor = (await readDueAnchors(api.pool, 1, nowMs)).find(({ id }) => id === ids[2])
      const channel = { allowAddress: [] } as unknown as Parameters<typeof bounded>[2]
      return {
        link: await allowOf(ids[0] as string),
        target: notice?.target.allowAddress,
        anchor: anchor?.allowAddress,
        channel: (await bounded(api.pool, 'shaoxing-slaughter', channel)).allowAddress,
      }
    }
    const own = [`127.0.0.1/32:${port}`]
    expect(await due()).toEqual({ link: own, target: own, anchor: own, channel: [] })

    expect(JSON.parse(await egress('--allow', 'Alerts.Example.CN:443'))).toEqual({
      egress: ['alerts.example.cn:443'],
    })
    expect(await checkEgress(api.pool)).toMatchObject({ check: 'egress', state: 'ok' })
    const rules = ['only:-', 'only:alerts.example.cn:443']
    const bound = [...own, ...rules]
    expect(await due()).toEqual({ link: bound, target: bound, anchor: bound, channel: rules })
    expect(await sendOver(ids[0] as string)).toMatchObject({
      kind: 'failed',
      class: 'config',
      detail: expect.stringContaining('egress list'),
    })
    for (const path of paths) {
      const refused = await api.call('POST', path, { body: { ...wish, name: 'y' } })
      expect([path, refused.json().code]).toEqual([path, 'address_refused'])
    }
    // What is of a partner with a list goes by that list alone.
    await setList(owned, [`127.0.0.1:${port}`])
    expect(await sendOver(ids[0] as string)).toMatchObject({ kind: 'answered' })
    await setList(owned, null)
    expect(await sendOver(ids[0] as string)).toMatchObject({ kind: 'failed' })

    expect(JSON.parse(await egress('--allow', `127.0.0.1:${port}`))).toEqual({
      egress: [`127.0.0.1:${port}`],
    })
    expect(await sendOver(ids[0] as string)).toMatchObject({ kind: 'answered' })
    expect(JSON.parse(await egress('--nothing'))).toEqual({ egress: [] })
    expect((await due()).target).toEqual([...own, 'only:-'])
    expect(JSON.parse(await egress('--any'))).toEqual({ egress: null })
  })

  it('takes entries that are some and nothing else, and is watched by the log', async () => {
    expect(await egress('--allow', 'http://a.cn')).toContain('/egress/0')
    expect(process.exitCode).toBe(1)
    for (const argv of [['--any', '--nothing'], ['--any', '--allow', 'a.cn'], ['a.cn']])
      await expect(egressCommand(argv)).rejects.toThrow(WrongUsage)
    await egress('--allow', 'a.cn')
    expect(await readAlteredSettings(api.pool, 10)).not.toContainEqual(
      expect.objectContaining({ subject: expect.stringContaining('hub_egress') }),
    )
    await api.pool.query('alter table hub_egress disable trigger note_setting')
    await api.pool.query(`update hub_egress set egress = '{worse.cn}'`)
    await api.pool.query('alter table hub_egress enable trigger note_setting')
    expect(await readAlteredSettings(api.pool, 10)).toContainEqual(
      expect.objectContaining({ subject: expect.stringContaining('hub_egress') }),
    )
    await egress('--any')
  })

  it('is read and set by the API as by the command, by who administers security, with one entry of the log for each', async () => {
    const put = (body: unknown, key?: string) =>
      api.call('PUT', '/v1/hub/egress', { body, ...(key ? { key } : {}) })
    const get = async (key?: string) => (await api.call('GET', '/v1/hub/egress', key ? { key } : {})).json()
    expect(await get()).toEqual({ egress: null })
    const set = await put({ egress: ['Alerts.Example.CN:443', '203.0.113.0/24', 'alerts.example.cn:443'] })
    expect([set.statusCode, set.json()]).toEqual([
      200,
      { egress: ['alerts.example.cn:443', '203.0.113.0/24'] },
    ])
    expect(JSON.parse(await egress())).toEqual(await get(await api.key('audit', 'admin')))
    const wrong = await put({ egress: ['a.cn', 'http://b.cn'] })
    expect([wrong.statusCode, wrong.json().issues.map(({ path }: { path: string }) => path)]).toEqual([
      400,
      ['/egress/1'],
    ])
    for (const body of [
      {},
      { egress: 'a.cn' },
      { egress: [], more: 1 },
      {
        egress: Array(201)
          .fill(0)
          .map((_, i) => `h${i}.cn`),
      },
    ])
      expect((await put(body)).statusCode).toBe(400)
    for (const scope of ['read', 'audit', 'case'])
      expect((await put({ egress: null }, await api.key(scope))).statusCode).toBe(403)
    expect(await get()).toEqual({ egress: ['alerts.example.cn:443', '203.0.113.0/24'] })
    await egress('--nothing')
    expect(await get()).toEqual({ egress: [] })
    expect((await put({ egress: null })).json()).toEqual({ egress: null })
    const { rows } = await api.pool.query<{ facts: unknown }>(
      `select facts from audit_log where action = 'setHubEgress'`,
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(
      (await readAlteredSettings(api.pool, 10)).filter(({ subject }) => subject.startsWith('hub_egress')),
    ).toEqual([])
  })
})
