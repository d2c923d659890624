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
})
