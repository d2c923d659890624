import { describe, expect, test } from 'vitest'
import { mayConnect, parseAllowed } from '#adapters/http/addresses.ts'
import { AddressRefused, checkAddress, type ResolvedAddress } from '#adapters/http/guard.ts'

const PUBLIC: ResolvedAddress = { address: '93.184.216.34', family: 4 }

const resolves =
  (...addresses: ResolvedAddress[]) =>
  async () =>
    addresses

const check = (url: string, allow: string[] = [], resolve = resolves(PUBLIC)) =>
  checkAddress(url, allow, resolve)

describe('an address given by a user', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://①②⑦.0.0.1/',
    'http://127。0。0。1/',
    'http://0.0.0.0/',
    'http://0/',
    'http://10.1.2.3/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.100.100.200/latest/meta-data/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.0.0.170/',
    'http://192.168.1.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[::ffff:0:7f00:1]/',
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2001:0:7f00:1::]/',
    'http://[2001:db8::1]/',
    'http://[3fff::1]/',
    'http://[100::1]/',
    'http://[5f00::1]/',
    'http://[fec0::1]/',
    'http://[fc00::1]/',
    'http://[fd12:3456::1]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'javascript:alert(1)',
    'example.com',
    '',
  ])('%s is refused', async (url) => {
    await expect(check(url)).rejects.toBeInstanceOf(AddressRefused)
  })

  test.each([
    'https://example.com/hub',
    'http://example.com:8080/',
    'https://93.184.216.34/',
    'https://[2606:4700::1111]/',
  ])('%s is taken', async (url) => {
    expect((await check(url)).url.href).toBe(new URL(url).href)
  })

  test('a name is refused where any of its addresses is private', async () => {
    const rebinding = resolves(PUBLIC, { address: '127.0.0.1', family: 4 })
    await expect(check('https://example.com/', [], rebinding)).rejects.toThrow('example.com (127.0.0.1)')
    await expect(
      check('https://example.com/', [], resolves({ address: '::1', family: 6 })),
    ).rejects.toBeInstanceOf(AddressRefused)
    await expect(check('https://example.com/', [], resolves())).rejects.toThrow('example.com has no address')
  })

  test('the refusal says what would allow it', async () => {
    await expect(check('http://127.0.0.1:9000/x')).rejects.toMatchObject({
      reason: '127.0.0.1 is a private or special address; name it in allowAddress, such as 127.0.0.1/32:9000',
    })
  })

  test('a private address is taken where its network and port are named', async () => {
    const allow = ['127.0.0.1/32:9000', '10.20.0.0/16:443', '[fd00::]/8:8443']
    await expect(check('http://127.0.0.1:9000/', allow)).resolves.toBeDefined()
    await expect(check('https://10.20.3.4/', allow)).resolves.toBeDefined()
    await expect(check('https://[fd00::7]:8443/', allow)).resolves.toBeDefined()
    await expect(check('http://[::ffff:127.0.0.1]:9000/', allow)).resolves.toBeDefined()
    await expect(check('http://127.0.0.1:9001/', allow)).rejects.toBeInstanceOf(AddressRefused)
    await expect(check('http://127.0.0.2:9000/', allow)).rejects.toBeInstanceOf(AddressRefused)
    await expect(check('http://10.20.3.4/', allow)).rejects.toBeInstanceOf(AddressRefused)
    await expect(check('https://10.21.0.1/', allow)).rejects.toBeInstanceOf(AddressRefused)
  })

  test('an allowed network that cannot be read is refused, not passed over', async () => {
    await expect(check('https://example.com/', ['127.0.0.1:9000'])).rejects.toThrow(
      '"127.0.0.1:9000" is not CIDR:port',
    )
  })
})

test.each([
  ['127.0.0.1/32:9000', { cidr: '127.0.0.1/32', port: 9000 }],
  ['[fd00::]/8:443', { cidr: 'fd00::/8', port: 443 }],
  ['fd00::/8:443', { cidr: 'fd00::/8', port: 443 }],
  ['10.0.0.5/32:50000-50100', { cidr: '10.0.0.5/32', port: 50_000, toPort: 50_100 }],
  ['10.0.0.5/32:50100-50000', null],
  ['10.0.0.5/32:50000-65536', null],
  ['10.0.0.5/32:50000-', null],
  ['127.0.0.1:9000', null],
  ['127.0.0.1/33:9000', null],
  ['127.0.0.1/32', null],
  ['127.0.0.1/32:0', null],
  ['127.0.0.1/32:65536', null],
  ['example.com/32:80', null],
  ['', null],
])('an allowed network %j reads as %j', (text, parsed) => {
  expect(parseAllowed(text)).toEqual(parsed)
})

test('of a range of ports each is allowed, and none beside it', () => {
  const allow = [{ cidr: '10.0.0.5/32', port: 50_000, toPort: 50_100 }]
  expect([49_999, 50_000, 50_050, 50_100, 50_101].map((port) => mayConnect('10.0.0.5', port, allow))).toEqual(
    [false, true, true, true, false],
  )
})

test.each([
  '0:0:0:0:0:ffff:7f00:1',
  '0000:0000:0000:0000:0000:ffff:127.0.0.1',
  '::FFFF:127.0.0.1',
  '::ffff:0:7f00:1',
  '::1%lo',
])('%s is an address of this machine in another spelling, as hosts of no URL have', (address) => {
  expect(mayConnect(address, 80, [])).toBe(false)
})

test('what is no address is never connected to', () => {
  expect(mayConnect('', 80, [])).toBe(false)
  expect(mayConnect('example.com', 80, [{ cidr: '0.0.0.0/0', port: 80 }])).toBe(false)
  expect(mayConnect('fe80::1%eth0', 80, [])).toBe(false)
})
