import { type AddressInfo, connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
let port = 0
beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
})

/** The whole answer to what is written on a connection of its own. */
function answerTo(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    socket.on('close', () => resolve(answer)).on('error', reject)
  })
}

const asks = (hosts: string, version = '1.1'): Promise<string> =>
  answerTo(`GET /healthz HTTP/${version}\r\n${hosts}connection: close\r\n\r\n`)

describe('the host of a request', () => {
  it.each([
    ['two of them', 'host: hub\r\nhost: other\r\n'],
    ['the same one twice', 'host: hub\r\nHost: hub\r\n'],
    ['two of them in HTTP/1.0', 'host: hub\r\nhost: other\r\n', '1.0'],
    ['none in HTTP/1.1', ''],
    ['a path', 'host: hub/admin\r\n'],
    ['a user', 'host: me@hub\r\n'],
    ['a blank', 'host: hub other\r\n'],
    ['a list', 'host: hub, other\r\n'],
    ['a query', 'host: hub?x\r\n'],
    ['a port that is no number', 'host: hub:80a\r\n'],
    ['two ports', 'host: hub:80:81\r\n'],
    ['an address of IPv6 without brackets', 'host: ::1\r\n'],
    ['brackets with a name in them', 'host: [hub]\r\n'],
    ['half a percent', 'host: hub%2\r\n'],
    ['letters beyond ASCII', 'host: h\u00fcb\r\n'],
  ])('is refused where there is %s, as RFC 9112, 3.2 says', async (_name, hosts, version?: string) => {
    const answer = await asks(hosts, version)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toMatch(/content-type: application\/problem\+json/i)
    expect(answer).toContain('"code":"invalid_request"')
  })

  it.each([
    'hub',
    'Hub.example.cn:8443',
    'xn--fiqs8s.cn',
    'my_hub',
    '127.0.0.1:8080',
    '[::1]:8080',
    '[2001:db8::1]',
    'hub:',
    'hub%2dx',
    '',
  ])('may be "%s"', async (host) => {
    expect(await asks(`host: ${host}\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('may be missing in HTTP/1.0, which did not have it', async () => {
    expect(await asks('', '1.0')).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('is looked at before keys and bodies, also where there is no such page', async () => {
    const answer = await answerTo(
      'POST /nowhere HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  describe('in a target of absolute form (RFC 9112, 3.2.2)', () => {
    const target = (where: string, host: string, more = ''): Promise<string> =>
      answerTo(`GET ${where} HTTP/1.1\r\nhost: ${host}\r\n${more}connection: close\r\n\r\n`)

    it('counts, and that of the header does not', async () => {
      // Keyless metrics are for who names the machine itself.
      expect(await target('/metrics', '127.0.0.1')).toMatch(/^HTTP\/1\.1 200 /)
      expect(await target('http://127.0.0.1/metrics', 'evil.example')).toMatch(/^HTTP\/1\.1 200 /)
      expect(await target('http://evil.example/metrics', '127.0.0.1')).toMatch(/^HTTP\/1\.1 401 /)
      expect(await target('HTTP://evil.example/metrics', '127.0.0.1')).not.toMatch(/^HTTP\/1\.1 200 /)
      expect(await answerTo('GET /metrics HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 401 /)
    })

    it('is in the addresses that the hub writes, with the path alone behind it', async () => {
      const push = '/v1/systems/livestock-quarantine/records/product-a'
      const key = `authorization: Bearer ${await api.key('push:livestock-quarantine')}\r\n`
      const wsdl = await target(`http://hub.example:81${push}?wsdl`, 'evil.example', key)
      expect(wsdl).toMatch(/^HTTP\/1\.1 200 /)
      expect(wsdl).toContain(`"http://hub.example:81${push}"`)
      expect(wsdl).not.toContain('evil.example')
    })

    it('is the own one of forms: a page of the host that the header names is another site', async () => {
      const send = (where: string, host: string, origin: string) =>
        answerTo(
          `POST ${where} HTTP/1.1\r\nhost: ${host}\r\norigin: ${origin}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        )
      const other = await send('http://127.0.0.1/admin/sign-out', 'evil.example', 'http://evil.example')
      expect(other).toContain('"code":"other_site"')
      const own = await send('http://127.0.0.1/admin/sign-out', 'evil.example', 'http://127.0.0.1')
      expect(own).not.toContain('other_site')
    })

    it.each([
      'http://me@hub/healthz',
      'http://hub:80a/healthz',
      'http:///healthz',
      'http://:80/healthz',
      'http://[hub]/healthz',
    ])('is refused where it names no host: %s', async (where) => {
      expect(await target(where, 'hub')).toMatch(/^HTTP\/1\.1 400 /)
    })
  })
})
