import { describe, expect, it } from 'vitest'
import { isListed, parseEgress } from '#adapters/http/egress.ts'
import { checkHost } from '#adapters/http/guard.ts'

const listed = (entries: string[], host: string, port: number, ...addresses: string[]): boolean =>
  isListed(
    entries.map((entry) => {
      const parsed = parseEgress(entry)
      if (!parsed) throw new Error(`${entry} is none`)
      return parsed
    }),
    { host, port, addresses: addresses.map((address) => ({ address })) },
  )

describe('an entry of an egress list', () => {
  it.each([
    ['api.example.cn', { host: 'api.example.cn' }],
    ['API.Example.CN:8443', { host: 'api.example.cn', port: 8443 }],
    ['*.example.cn', { host: 'example.cn', isBelow: true }],
    ['localhost', { host: 'localhost' }],
    ['203.0.113.0/24', { cidr: '203.0.113.0/24' }],
    ['203.0.113.9:21', { cidr: '203.0.113.9/32', port: 21 }],
    ['[2001:db8::]/32:443', { cidr: '2001:db8::/32', port: 443 }],
    ['[::1]', { cidr: '::1/128' }],
  ])('%s', (text, parts) => expect(parseEgress(text)).toEqual(parts))

  it.each([
    ...[
      '',
      '*',
      '*.',
      '.example.cn',
      'a..b',
      'a b',
      'https://a.cn',
      'a.cn/x',
      'a.cn:0',
      'a.cn:65536',
      'a.cn:x',
    ],
    ...[
      '-',
      'a.*.cn',
      '**.cn',
      '127.1',
      '10.0.0.0/33',
      '300.0.0.1',
      '[2001:db8::]/129',
      '2001:db8::1',
      '[10.0.0.1]',
    ],
    ...['a.cn,b.cn', 'user@a.cn', `${'a'.repeat(64)}.cn`, '2130706433', 'a.cn:443:443'],
  ])('is not %j', (text) => expect(parseEgress(text)).toBeNull())
})

describe('an egress list', () => {
  it('holds a host by its name, its port and what stands below it', () => {
    expect(listed(['api.example.cn'], 'API.example.cn.', 8443, '1.2.3.4')).toBe(true)
    expect(listed(['api.example.cn:443'], 'api.example.cn', 8443, '1.2.3.4')).toBe(false)
    expect(listed(['*.example.cn'], 'a.b.example.cn', 443, '1.2.3.4')).toBe(true)
    for (const host of ['example.cn', 'badexample.cn', 'example.cn.evil.com', 'x.example.cn.'.slice(1)])
      expect(listed(['*.example.cn'], host, 443, '1.2.3.4'), host).toBe(false)
  })

  it('holds a network only where every address of the host is in it, also IPv4 inside IPv6', () => {
    expect(listed(['203.0.113.0/24'], 'x.cn', 1, '203.0.113.9', '::ffff:203.0.113.10')).toBe(true)
    expect(listed(['203.0.113.0/24'], 'x.cn', 1, '203.0.113.9', '203.0.114.1')).toBe(false)
    expect(listed(['203.0.113.0/24:1', '198.51.100.1'], 'x.cn', 1, '203.0.113.9', '198.51.100.1')).toBe(true)
    expect(listed(['203.0.113.0/24:2'], 'x.cn', 1, '203.0.113.9')).toBe(false)
    expect(listed([], 'x.cn', 1, '203.0.113.9')).toBe(false)
  })

  it('bounds what the address check lets pass, and lifts nothing of it', async () => {
    const resolve = async () => [{ address: '93.184.216.34', family: 4 as const }]
    await expect(checkHost('a.cn', 443, ['only:-', 'only:b.cn'], resolve)).rejects.toThrow(
      'a.cn:443 is not in the egress list of its partner or of the hub',
    )
    // What somebody had put before the list is not of it.
    await expect(
      checkHost('a.cn', 443, ['only:-', 'only:a.cn', 'only:-', 'only:b.cn'], resolve),
    ).rejects.toThrow('egress list')
    await expect(checkHost('a.cn', 443, ['only:-'], resolve)).rejects.toThrow('egress list')
    await expect(checkHost('a.cn', 443, ['only:-', 'only:a.cn:443'], resolve)).resolves.toMatchObject({})
    await expect(checkHost('10.0.0.7', 443, ['only:-', 'only:10.0.0.7'], resolve)).rejects.toThrow(
      'private or special',
    )
  })
})
