import { describe, expect, it } from 'vitest'
import { describeMistakes, languageOf, readSettings } from '#cli/settings.ts'

function mistakesOf(env: Record<string, string>) {
  const reading = readSettings(env)
  if (reading.ok) throw new Error('no mistake was found')
  return reading.mistakes
}

describe('readSettings', () => {
  it('takes the documented defaults where nothing is set', () => {
    expect(readSettings({ PATH: '/usr/bin', HOME: '/root' })).toEqual({
      ok: true,
      settings: {
        host: '127.0.0.1',
        connectionsPerAddress: 1000,
        rates: { perKey: 30_000, perAddress: 60_000 },
        metrics: 'local',
        port: 8080,
        role: 'all',
        databaseUrl: undefined,
        redisUrl: undefined,
        mappings: 'mappings',
        data: '.hub',
        adminKey: undefined,
        hubId: undefined,
        dropFolders: [],
        pickupFolders: [],
        casesFrom: undefined,
        anchorFile: undefined,
        evidenceLimit: 14_400,
        publicUrl: undefined,
        trustedProxies: [],
        dataKey: undefined,
        dataKeyBefore: undefined,
        dataCipher: 'aes-256-gcm',
        lang: 'zh',
        log: 'info',
      },
    })
  })

  it('takes every setting that is set', () => {
    const reading = readSettings({
      HUB_HOST: '0.0.0.0',
      HUB_CONNECTIONS_PER_ADDRESS: '200',
      HUB_RATE_KEY: '500',
      HUB_RATE_ADDRESS: 'off',
      HUB_METRICS: 'key',
      HUB_PORT: '0',
      HUB_ROLE: 'worker',
      DATABASE_URL: 'postgresql://hub:p%40ss@db.example:5432/hub',
      REDIS_URL: 'rediss://cache.example:6380',
      HUB_MAPPINGS: '/srv/mappings',
      HUB_DATA: '/srv/hub',
      HUB_ADMIN_KEY: '0123456789abcdef',
      HUB_ID: 'zj-hangzhou',
      HUB_DROP_FOLDERS: '/srv/drop/:/mnt//files',
      HUB_PICKUP_FOLDERS: '/srv/pickup',
      HUB_CASES_FROM: '2026-01-01',
      HUB_ANCHOR_FILE: '/mnt/anchor/heads.ndjson',
      HUB_EVIDENCE_LIMIT: '7200',
      HUB_PUBLIC_URL: 'https://zs.example.cn/trace/',
      HUB_TRUSTED_PROXIES: '10.0.0.5, 10.0.1.0/24,2001:db8::1',
      HUB_OIDC_ISSUER: 'https://id.example.cn/realms/a',
      HUB_OIDC_CLIENT_ID: 'trace-hub',
      HUB_OIDC_CLIENT_SECRET: 'very-secret',
      HUB_OIDC_ALLOW_ADDRESS: '10.0.0.8/32:443',
      HUB_TLS_CERT: '/etc/hub/tls.crt',
      HUB_TLS_KEY: '/etc/hub/tls.key',
      HUB_TLS_CLIENT_CA: '/etc/hub/clients.crt',
      HUB_LANG: 'en',
      HUB_DATA_KEY: '0f'.repeat(32),
      HUB_DATA_KEY_BEFORE: 'AB'.repeat(32),
      HUB_DATA_CIPHER: 'sm4',
      HUB_LOG: 'silent',
    })
    expect(reading).toEqual({
      ok: true,
      settings: {
        host: '0.0.0.0',
        connectionsPerAddress: 200,
        rates: { perKey: 500, perAddress: null },
        metrics: 'key',
        port: 0,
        role: 'worker',
        databaseUrl: 'postgresql://hub:p%40ss@db.example:5432/hub',
        redisUrl: 'rediss://cache.example:6380',
        mappings: '/srv/mappings',
        data: '/srv/hub',
        adminKey: '0123456789abcdef',
        hubId: 'zj-hangzhou',
        dropFolders: ['/srv/drop', '/mnt/files'],
        pickupFolders: ['/srv/pickup'],
        casesFrom: '2026-01-01',
        anchorFile: '/mnt/anchor/heads.ndjson',
        dataKey: Buffer.alloc(32, 0x0f),
        dataKeyBefore: Buffer.alloc(32, 0xab),
        dataCipher: 'sm4',
        evidenceLimit: 7200,
        publicUrl: 'https://zs.example.cn/trace',
        trustedProxies: ['10.0.0.5', '10.0.1.0/24', '2001:db8::1'],
        oidc: {
          issuer: 'https://id.example.cn/realms/a',
          clientId: 'trace-hub',
          clientSecret: 'very-secret',
          roleClaim: 'roles',
          allowAddress: ['10.0.0.8/32:443'],
        },
        tlsCert: '/etc/hub/tls.crt',
        tlsKey: '/etc/hub/tls.key',
        tlsClientCa: '/etc/hub/clients.crt',
        lang: 'en',
        log: 'silent',
      },
    })
  })

  it.each([
    ['HUB_CASES_FROM', '2026-02-30'],
    ['HUB_CASES_FROM', '1.1.2026'],
    ['HUB_ANCHOR_FILE', 'heads.ndjson'],
    ['HUB_DATA_KEY', 'secret'],
    ['HUB_DATA_KEY', 'x'.repeat(64)],
    ['HUB_DATA_CIPHER', 'des'],
    ['HUB_EVIDENCE_LIMIT', '4h'],
    ['HUB_EVIDENCE_LIMIT', '10'],
    ['HUB_PUBLIC_URL', 'zs.example.cn'],
    ['HUB_PUBLIC_URL', 'ftp://zs.example.cn'],
    ['HUB_PUBLIC_URL', 'https://zs.example.cn/?a=1'],
    ['HUB_PUBLIC_URL', 'https://u:secret@zs.example.cn'],
    ['HUB_OIDC_ALLOW_ADDRESS', '10.0.0.8'],
    ['HUB_TLS_CERT', 'tls.crt'],
    ['HUB_TRUSTED_PROXIES', 'proxy.example.cn'],
    ['HUB_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['HUB_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['HUB_TRUSTED_PROXIES', ','],
  ])('refuses %s=%s, and shows no password', (name, value) => {
    const mistakes = mistakesOf({ [name]: value })
    expect(mistakes.map((mistake) => mistake.name)).toEqual([name])
    expect(JSON.stringify(mistakes)).not.toContain('secret')
  })

  it('names what a provider lacks, and shows no secret of it', () => {
    const mistakes = mistakesOf({
      HUB_OIDC_ISSUER: 'https://id.example.cn',
      HUB_OIDC_CLIENT_SECRET: 'two secrets',
    })
    expect(mistakes.map(({ name }) => name)).toEqual([
      'HUB_OIDC_CLIENT_SECRET',
      'HUB_OIDC_CLIENT_ID',
      'HUB_PUBLIC_URL',
    ])
    expect(JSON.stringify(mistakes)).not.toContain('two secrets')
  })

  it('treats an empty value as not set', () => {
    const reading = readSettings({ HUB_PORT: '', REDIS_URL: ' ', HUB_ADMIN_KEY: '' })
    expect(reading.ok && reading.settings).toMatchObject({
      port: 8080,
      redisUrl: undefined,
      adminKey: undefined,
    })
  })

  it('reports all mistakes at once, in the order of the settings', () => {
    const names = mistakesOf({ HUB_PORT: 'http', HUB_HOST: 'http://x', HUB_LOG: 'loud' }).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['HUB_HOST', 'HUB_PORT', 'HUB_LOG'])
  })

  it.each([
    ['HUB_PROT', 'HUB_PORT'],
    ['HUB_MAPPING', 'HUB_MAPPINGS'],
    ['HUB_DATABASE_URL', 'DATABASE_URL'],
    ['HUB_REDIS_URL', 'REDIS_URL'],
    ['HUB_LOGS', 'HUB_LOG'],
    ['HUB_ADMINKEY', 'HUB_ADMIN_KEY'],
  ])('refuses the unknown name %s and suggests %s', (name, meant) => {
    const [mistake] = mistakesOf({ [name]: 'x' })
    expect(mistake?.name).toBe(name)
    expect(mistake?.fix).toEqual({ zh: `是否想写 ${meant}？`, en: `Did you mean ${meant}?` })
  })

  it('lists the settings for an unknown name that is like none', () => {
    const [mistake] = mistakesOf({ HUB_FROBNICATION_LEVEL: '9' })
    expect(mistake?.fix.en).toContain('HUB_HOST, HUB_PORT')
  })

  it('leaves names alone that are not its own', () => {
    expect(readSettings({ GITHUB_TOKEN: 'x', PORT: '1', HUBOT: 'y' }).ok).toBe(true)
  })

  it.each(['drop', '/', '/srv/../etc', '/srv/drop:relative', ':'])('refuses the folders %s', (folders) => {
    expect(mistakesOf({ HUB_DROP_FOLDERS: folders })[0]).toMatchObject({ name: 'HUB_DROP_FOLDERS' })
  })

  it.each(['-1', '65536', '80.5', '0x50', '１２３', '8080 8081'])('refuses the port %s', (port) => {
    expect(mistakesOf({ HUB_PORT: port })[0]).toMatchObject({ name: 'HUB_PORT', value: port })
  })

  it.each(['127.0.0.1', '::1', '0.0.0.0', 'localhost', 'hub-1.example.cn'])('accepts the host %s', (host) => {
    expect(readSettings({ HUB_HOST: host, HUB_INSECURE_HOST: 'on' }).ok).toBe(true)
  })

  it.each(['http://hub', '127.0.0.1:80', '300.1.1.1', 'a b', '-x', '[::1]'])(
    'refuses the host %s',
    (host) => {
      expect(mistakesOf({ HUB_HOST: host })[0]?.name).toBe('HUB_HOST')
    },
  )

  it('suggests the role that was meant', () => {
    expect(mistakesOf({ HUB_ROLE: 'workers' })[0]?.fix.en).toBe(
      'Did you mean worker? The values are: all, api, worker.',
    )
  })

  it.each(['api', 'worker'])('refuses the role %s without a shared database', (role) => {
    expect(mistakesOf({ HUB_ROLE: role })).toEqual([
      expect.objectContaining({ name: 'HUB_ROLE', value: role }),
    ])
    expect(readSettings({ HUB_ROLE: role, DATABASE_URL: 'postgresql://db/hub' }).ok).toBe(true)
  })

  it.each(['mysql://root:geheim@db/hub', 'db.example:5432/geheim', 'postgres://hub:geheim@:x/hub'])(
    'never shows a database address that it refuses: %s',
    (url) => {
      const mistakes = mistakesOf({ DATABASE_URL: url })
      expect(mistakes.map(({ name }) => name)).toEqual(['DATABASE_URL'])
      expect(JSON.stringify(mistakes)).not.toContain('geheim')
    },
  )

  it('accepts a database address with a Unix socket and no host', () => {
    expect(readSettings({ DATABASE_URL: 'postgresql://hub:x@/hub?host=/run/postgresql' }).ok).toBe(true)
    expect(readSettings({ DATABASE_URL: 'postgresql:///hub?host=/run/postgresql' }).ok).toBe(true)
  })

  it.each(['geheim', 'fifteen-letters', 'with spaces in it, long', '管理密钥管理密钥管理密钥管理密钥'])(
    'refuses an admin key that is short or does not fit a header, without showing it: %s',
    (key) => {
      const mistakes = mistakesOf({ HUB_ADMIN_KEY: key })
      expect(mistakes[0]?.name).toBe('HUB_ADMIN_KEY')
      expect(JSON.stringify(mistakes)).not.toContain(key)
    },
  )
})

describe('describeMistakes', () => {
  it('says each mistake in one line of the chosen language', () => {
    const mistakes = mistakesOf({ HUB_PROT: '1', HUB_PORT: 'x' })
    expect(describeMistakes(mistakes, 'en').split('\n')).toEqual([
      'HUB_PROT: There is no such setting. Did you mean HUB_PORT?',
      'HUB_PORT=x: This is not a port number. Write a whole number from 0 to 65535; 0 takes any free port.',
    ])
    expect(describeMistakes(mistakes, 'zh').split('\n')[0]).toBe(
      'HUB_PROT：没有这个设置项。是否想写 HUB_PORT？',
    )
  })

  it('speaks Chinese where HUB_LANG itself is wrong', () => {
    expect(languageOf({ HUB_LANG: 'de' })).toBe('zh')
    expect(languageOf({ HUB_LANG: 'en' })).toBe('en')
  })

  it.each(['0.0.0.0', '::', '10.20.30.40', 'hub-1.example.cn', '127.evil.example'])(
    'does not listen on %s in plain HTTP, unless that is asked for',
    (host) => {
      expect(mistakesOf({ HUB_HOST: host })).toMatchObject([{ name: 'HUB_HOST', value: host }])
      expect(mistakesOf({ HUB_HOST: host, HUB_INSECURE_HOST: 'off' })).toHaveLength(1)
      for (const more of [
        { HUB_INSECURE_HOST: 'on' },
        { HUB_TLS_CERT: '/c.pem', HUB_TLS_KEY: '/k.pem' },
        { HUB_ROLE: 'worker', DATABASE_URL: 'postgresql://hub@db/hub' },
      ])
        expect(readSettings({ HUB_HOST: host, ...more }).ok).toBe(true)
    },
  )
})
