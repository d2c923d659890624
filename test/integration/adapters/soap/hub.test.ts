import { readFileSync } from 'node:fs'
import { BasicAuthSecurity, createClientAsync } from 'soap'
import { describe, expect, it } from 'vitest'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { type ChannelBench, channelConformance } from '#test/adapters/channel-suite.ts'
import { withApi } from '#test/api.ts'
import { type SoapSource, startSource, textElements } from './soap-source.ts'

const CERTIFICATES = 400
const PASSWORD = 'query-Pa55word'
const SYSTEM = 'livestock-quarantine'
const CHANNEL = `/v1/systems/${SYSTEM}/channels/issued`
const PUSH = `/v1/systems/${SYSTEM}/records/product-a`
const api = withApi()

const sample = readFileSync(`mappings/${SYSTEM}/samples/valid/one.xml`, 'utf8')
const DOCUMENT = /<!\[CDATA\[([\s\S]*)\]\]>/.exec(sample)?.[1] ?? ''
const rowOf = (number: string, change = (row: string) => row): string =>
  change((/<row>.*<\/row>/s.exec(DOCUMENT)?.[0] ?? '').replace('3413020988', number))
const numbersFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => String(first + i))

/** The query service of the issuing system, as the package `soap` serves it: the cursor is how many rows were given. */
async function queryService(rows: string[]): Promise<SoapSource> {
  let answers = 0
  const service = await startSource(
    {
      name: 'queryProductA',
      namespace: 'http://qs.example.gov.cn/',
      request: textElements('cursor', 'size'),
      response: textElements('return'),
    },
    (asked) => {
      const from = Number(asked['cursor'] ?? 0)
      const page = rows.slice(from, from + Math.min(Number(asked['size'] ?? 50), 50))
      const text = `<?xml version="1.0" encoding="GB2312"?><rows><next>${from + page.length}</next>${page.join('')}</rows>`
      // As CDATA and as escaped text in turn: both occur.
      return { return: answers++ % 2 === 0 ? { $xml: `<![CDATA[${text}]]>` } : text }
    },
  )
  service.server.authenticate = (security) => security?.UsernameToken?.Password?.$value === PASSWORD
  return service
}

const givenFor = ({ wsdl, port }: SoapSource) => ({
  settings: { wsdl, auth: { usernameToken: { username: 'hub' } } },
  secrets: { password: PASSWORD },
  allowAddress: [`127.0.0.1/32:${port}`],
})

const bench: ChannelBench = {
  system: SYSTEM,
  channel: 'issued',
  kind: 'document',
  async start() {
    const keys = numbersFrom(3_413_030_000, CERTIFICATES)
    const service = await queryService(keys.map((number) => rowOf(number)))
    return { given: { ...givenFor(service), limits: { pageRows: 40 } }, keys, stop: () => service.stop() }
  },
}

channelConformance(api, bench)

describe('quarantine by SOAP in both ways', () => {
  const run = async (): Promise<void> => {
    const intake = createIntake({
      pool: api.pool,
      registry: api.registry,
      clock: Date.now,
      onCommitted: () => {},
    })
    // Due now, whatever its rhythm.
    await api.call('POST', `${CHANNEL}/run`)
    const log = { info: () => {}, warn: () => {} }
    const parts = { pool: api.pool, registry: api.registry, intake, now: Date.now, folders: [], log }
    await runChannel(parts, { system: SYSTEM, name: 'issued' }, new AbortController().signal)
    await intake.close()
  }
  const versionsOf = async (number: string) => {
    const { rows } = await api.pool.query(
      `select status, version from record_versions where record_id = $1 order by version`,
      [`urn:cnft:document:${SYSTEM}:product-a:${number}`],
    )
    return rows.map(({ status, version }) => `${status}@${version}`)
  }

  it('a certificate that was pushed by a client of others is unchanged when it is pulled, and an amended and a void one are taken on', async () => {
    const [pushed, amended, voided] = numbersFrom(3_413_040_000, 3) as [string, string, string]
    const base = await api.app.listen({ port: 0, host: '127.0.0.1' })
    const key = await api.key(`push:${SYSTEM}`)
    const basic = new BasicAuthSecurity('terminal', key)
    const headers: Record<string, string> = {}
    basic.addHeaders(headers)
    const client = await createClientAsync(`${base}${PUSH}?wsdl`, { wsdl_headers: headers })
    client.setSecurity(basic)
    const text = `<rows>${[pushed, amended, voided].map((number) => rowOf(number)).join('')}</rows>`
    const [answer] = await client['uploadProductAAsync']({ arg0: { $xml: `<![CDATA[${text}]]>` } })
    expect(answer).toEqual({ return: '<row><CODE>1</CODE></row>' })

    const rows = [
      rowOf(pushed),
      rowOf(amended, (row) => row.replace('肆拾片', '叁拾片').replace('<UploadType>1', '<UploadType>2')),
      rowOf(voided, (row) => row.replace('<UploadType>1', '<UploadType>3')),
      rowOf('3413040009'),
    ]
    const service = await queryService(rows)
    try {
      const set = await api.call('PATCH', CHANNEL, { body: { ...givenFor(service), on: true } })
      expect(set.json()).toMatchObject({ on: true })
      await api.call('POST', `${CHANNEL}/reset`, { body: { state: null } })
      await run()
      expect(await Promise.all([pushed, amended, voided, '3413040009'].map(versionsOf))).toEqual([
        ['active@1'],
        ['active@1', 'active@2'],
        ['active@1', 'void@2'],
        ['active@1'],
      ])
      const state = (await api.call('GET', CHANNEL)).json()
      expect(state.state).toEqual({ position: { cursor: '4' } })

      const asked = service.received.length
      rows.push(rowOf('3413040010'))
      await run()
      expect(await versionsOf('3413040010')).toEqual(['active@1'])
      expect(service.received.slice(asked)[0]).toContain('<cursor>4</cursor>')
    } finally {
      await api.call('PATCH', CHANNEL, { body: { on: false } })
      await service.stop()
    }
  })

  it('the check of the channel finds the service, its operation and its rows', async () => {
    const service = await queryService([rowOf('3413040020')])
    const { on: _, ...given } = { ...givenFor(service), on: true }
    const checked = (await api.call('POST', `${CHANNEL}/check`, { body: given })).json()
    expect(checked.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([])
    expect(checked.checks.map(({ setting }: { setting: string }) => setting)).toEqual(
      expect.arrayContaining(['/settings/wsdl', '/settings/operation', '/secrets/password', '/settings/row']),
    )
    const wrong = { ...given, secrets: { password: 'another-Pa55word' } }
    const refused = (await api.call('POST', `${CHANNEL}/check`, { body: wrong })).json()
    expect(refused.checks.find(({ ok }: { ok: boolean }) => !ok).setting).toBe('/secrets/password')
    await service.stop()
  })
})
