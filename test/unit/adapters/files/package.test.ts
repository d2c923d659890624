import { execFileSync, spawnSync } from 'node:child_process'
import { createPublicKey, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makePackage, packageName } from '#adapters/files/package/make.ts'
import type { PackageManifest } from '#adapters/files/package/manifest.ts'
import { checkFiles, openPackage, type PackageTrust } from '#adapters/files/package/open.ts'
import { PACKAGE_REASONS, PackageRefused } from '#adapters/files/package/reasons.ts'
import { type PackageState, turnOf } from '#adapters/files/package/sequence.ts'
import { signManifest } from '#adapters/files/package/signature.ts'
import { sourceOfBytes } from '#adapters/push/xlsx/source.ts'
import { archive } from '#test/zip-archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'package-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)
const hub = (...argv: string[]) =>
  spawnSync(process.execPath, ['bin/hub', 'package', ...argv], {
    encoding: 'utf8',
    env: { ...process.env, HUB_LANG: 'en' },
  })

const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const publicKey = hub('key', '--out', at('county.key')).stdout.trim()
const privateKey = readFileSync(at('county.key'), 'utf8').trim()

const trades = Buffer.from('流水号,品名\n1,番茄\n')
const certificates = Buffer.from('[{"no":"1"}]')
writeFileSync(at('trades.csv'), trades)
writeFileSync(at('certificates.json'), certificates)

const wish = (key: string, sequence = 17) => ({
  system: 'county-market',
  sequence,
  created: '2024-04-15T08:30:00+08:00',
  key,
  files: [
    { name: 'trades.csv', path: at('trades.csv'), record: 'trade', contentType: 'text/csv' },
    {
      name: '合格证.json',
      path: at('certificates.json'),
      record: 'certificate',
      contentType: 'application/json',
    },
  ],
})
const trust: PackageTrust = { system: 'county-market', keys: [publicKey], maxBytes: 1000 }

let made = 0
async function packed(key = privateKey): Promise<{ bytes: Buffer; manifest: PackageManifest }> {
  const path = at(`${++made}.zip`)
  const manifest = await makePackage(path, wish(key))
  return { bytes: readFileSync(path), manifest }
}

/** A package of the pieces given, in place of those that a maker would give it. */
function packageOf(
  manifest: object | string,
  files: Record<string, Buffer>,
  key = privateKey,
  signed?: Buffer,
): Buffer {
  const text = Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify(manifest))
  return archive([
    ['manifest.json', text],
    ['manifest.sig', Buffer.from(signManifest(signed ?? text, key))],
    ...Object.entries(files),
  ])
}

async function refusal(bytes: Buffer, more: Partial<PackageTrust> = {}): Promise<readonly [string, string]> {
  try {
    await checkFiles(await openPackage(sourceOfBytes(bytes), { ...trust, ...more }))
  } catch (error) {
    if (error instanceof PackageRefused) return [error.why, error.at]
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a package', () => {
  it.each([
    ['a key pair', () => privateKey, () => publicKey],
    ['a secret of both sides', () => SECRET, () => SECRET],
  ])('signed by %s gives its files byte for byte', async (_, key, checking) => {
    const { bytes } = await packed(key())
    const opened = await openPackage(sourceOfBytes(bytes), { ...trust, keys: [checking()] })
    expect(opened.manifest.files.map(({ name, record, contentType }) => [name, record, contentType])).toEqual(
      [
        ['trades.csv', 'trade', 'text/csv'],
        ['合格证.json', 'certificate', 'application/json'],
      ],
    )
    const read = opened.manifest.files.map(async (file) =>
      Buffer.concat(await Array.fromAsync(opened.read(file))),
    )
    expect(await Promise.all(read)).toEqual([trades, certificates])
  })

  it('has the same bytes whenever it is made of the same files', async () => {
    expect((await packed()).bytes).toEqual((await packed()).bytes)
  })

  it('is opened by any program that reads zip archives', async () => {
    const { bytes } = await packed()
    writeFileSync(at('any.zip'), bytes)
    const script = 'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(z.testzip(),len(z.namelist()))'
    const python = spawnSync('python3', ['-c', script, at('any.zip')], { encoding: 'utf8' })
    if (python.error === undefined) expect(python.stdout.trim()).toBe('None 4')
  })

  it('is believed where one of several keys fits', async () => {
    const { bytes } = await packed()
    const keys = [SECRET, `whpk_${randomBytes(32).toString('base64')}`, publicKey]
    expect((await openPackage(sourceOfBytes(bytes), { ...trust, keys })).manifest.sequence).toBe(17)
  })

  it('has a signature that OpenSSL confirms', async () => {
    const { bytes } = await packed()
    const opened = await openPackage(sourceOfBytes(bytes), trust)
    expect(opened.sha256).toMatch(/^[0-9a-f]{64}$/)
    const x = Buffer.from(publicKey.slice(5), 'base64').toString('base64url')
    const pem = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    writeFileSync(at('public.pem'), pem.export({ type: 'spki', format: 'pem' }))
    const found = await entriesOf(bytes)
    writeFileSync(at('manifest'), found.get('manifest.json') as Buffer)
    const signature = (found.get('manifest.sig') as Buffer).toString().trim().slice(4)
    writeFileSync(at('signature'), Buffer.from(signature, 'base64'))
    const argv = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      at('public.pem'),
      '-rawin',
      '-in',
      at('manifest'),
      '-sigfile',
      at('signature'),
    ]
    if (spawnSync('openssl', ['version']).error === undefined)
      expect(execFileSync('openssl', argv, { encoding: 'utf8' })).toMatch(/Successfully/)
  })
})

async function entriesOf(bytes: Buffer): Promise<Map<string, Buffer>> {
  const { readDirectory } = await import('#adapters/push/xlsx/archive.ts')
  const { inflate } = await import('#adapters/push/xlsx/inflate.ts')
  const source = sourceOfBytes(bytes)
  const found = new Map<string, Buffer>()
  for (const part of readDirectory(source).values())
    found.set(part.name, Buffer.concat(await Array.fromAsync(inflate(source, part, { left: 1e6 }))))
  return found
}

describe('is refused as a whole', () => {
  it('when any byte of it is another one, or its end is missing', async () => {
    const { bytes } = await packed()
    const names = Buffer.from('合格证.json')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (bytes[i] as number) ^ 0x20
      const outcome = await refusal(changed).catch(() => 'taken')
      // What says nothing: versions, flags, times and attributes of the archive, and its local headers.
      if (outcome !== 'taken') continue
      const opened = await openPackage(sourceOfBytes(changed), trust)
      const read = await Promise.all(
        opened.manifest.files.map(async (file) => Buffer.concat(await Array.fromAsync(opened.read(file)))),
      )
      expect(read).toEqual([trades, certificates])
    }
    expect(bytes.includes(names)).toBe(true)
    for (let length = 0; length < bytes.length; length++)
      expect((await refusal(bytes.subarray(0, length)))[0]).toMatch(/^(archive|no_manifest)$/)
  })

  it('when it is signed by another, not at all, or over other words', async () => {
    const { bytes, manifest } = await packed()
    const other = `whpk_${randomBytes(32).toString('base64')}`
    expect(await refusal(bytes, { keys: [other] })).toEqual(['wrong_signature', 'manifest.sig'])
    expect(await refusal(bytes, { keys: [SECRET] })).toEqual(['no_signature', 'manifest.sig'])
    const files = { 'files/trades.csv': trades, 'files/合格证.json': certificates }
    expect(
      await refusal(
        packageOf({ ...manifest, sequence: 18 }, files, privateKey, Buffer.from(JSON.stringify(manifest))),
      ),
    ).toEqual(['wrong_signature', 'manifest.sig'])
    const unsigned = archive([['manifest.json', JSON.stringify(manifest)]])
    expect(await refusal(unsigned)).toEqual(['no_signature', 'manifest.sig'])
    expect(await refusal(archive([['a', trades]]))).toEqual(['no_manifest', 'manifest.json'])
  })

  it('when its manifest is none, or of another system, record or size', async () => {
    const { bytes, manifest } = await packed()
    const files = { 'files/trades.csv': trades, 'files/合格证.json': certificates }
    const [first, second] = manifest.files
    expect(await refusal(packageOf('{', files))).toEqual(['bad_manifest', 'manifest.json'])
    expect(await refusal(packageOf({ ...manifest, sequence: 0 }, files))).toEqual([
      'bad_manifest',
      'manifest.json/sequence',
    ])
    expect(await refusal(packageOf({ ...manifest, format: 'trace-hub-package/2' }, files))).toEqual([
      'bad_manifest',
      'manifest.json/format',
    ])
    expect((await refusal(packageOf({ ...manifest, note: 1 }, files)))[0]).toBe('bad_manifest')
    expect(await refusal(bytes, { system: 'other' })).toEqual(['other_system', 'manifest.json'])
    expect(await refusal(bytes, { records: ['trade'] })).toEqual([
      'unknown_record',
      '合格证.json, certificate',
    ])
    expect(await refusal(bytes, { maxBytes: 20 })).toEqual(['large', 'trades.csv'])
    for (const name of ['../trades.csv', '.hidden', 'a/b', 'TRADES.CSV', ''])
      expect(
        (await refusal(packageOf({ ...manifest, files: [first, { ...second, name }] }, files)))[0],
      ).toMatch(/^(name|bad_manifest)$/)
  })

  it('when its files are others than the manifest says', async () => {
    const { manifest } = await packed()
    const files = { 'files/trades.csv': trades, 'files/合格证.json': certificates }
    expect(await refusal(packageOf(manifest, { 'files/trades.csv': trades }))).toEqual([
      'files',
      '合格证.json',
    ])
    expect(await refusal(packageOf(manifest, { ...files, 'files/more.csv': trades }))).toEqual([
      'files',
      'files/more.csv',
    ])
    const swapped = Buffer.from(trades)
    swapped.write('2', trades.length - 9)
    expect(await refusal(packageOf(manifest, { ...files, 'files/trades.csv': swapped }))).toEqual([
      'changed',
      'trades.csv',
    ])
    expect(await refusal(packageOf(manifest, { ...files, 'files/trades.csv': trades.subarray(1) }))).toEqual([
      'changed',
      'trades.csv',
    ])
  })

  it('with words in both languages for each reason', () => {
    for (const { reason, fix } of Object.values(PACKAGE_REASONS))
      for (const { zh } of [reason, fix]) expect(zh).toMatch(/\p{Script=Han}/u)
  })
})

describe('the order of packages', () => {
  const manifest = { sequence: 17, files: new Array(3) as PackageManifest['files'] }
  const stateAt = (sequence: number, more: Partial<PackageState> = {}): PackageState => ({
    sequence,
    sha256: 'a',
    done: 3,
    files: 3,
    ...more,
  })
  const strict = { older: 'refuse', gap: 'refuse' } as const
  const mild = { older: 'skip', gap: 'warn' } as const

  it.each([
    ['the first of all', null, strict, { from: 0, warning: null }],
    ['the one that follows', stateAt(16), strict, { from: 0, warning: null }],
    ['the same one again, done', stateAt(17, { sha256: 'b' }), strict, { from: 3, warning: null }],
    [
      'the same one again, in the middle',
      stateAt(17, { sha256: 'b', done: 1 }),
      strict,
      { from: 1, warning: null },
    ],
    ['an older one, by its setting', stateAt(18), mild, { from: 3, warning: 'older' }],
    ['one behind a gap, by its setting', stateAt(15), mild, { from: 0, warning: 'gap' }],
    [
      'one behind another that was left unfinished, by its setting',
      stateAt(16, { done: 1 }),
      mild,
      { from: 0, warning: 'gap' },
    ],
  ] as const)('%s is read from its place', (_, state, rule, turn) => {
    expect(turnOf(manifest, 'b', state, rule)).toEqual(turn)
  })

  it.each([
    ['an older one', stateAt(18), strict, 'older', '17, after 18'],
    ['one behind a gap', stateAt(15), strict, 'gap', '17, after 15'],
    ['one behind another that was left unfinished', stateAt(16, { done: 1 }), strict, 'gap', '17, after 16'],
    ['another one of the same number, whatever the setting', stateAt(17), mild, 'twin', '17, after 17'],
  ] as const)('%s is refused', (_, state, rule, why, place) => {
    expect(() => turnOf(manifest, 'b', state, rule)).toThrow(expect.objectContaining({ why, at: place }))
  })
})

describe('hub package', () => {
  it('makes a package from files, and says what is in it', () => {
    const out = ['--system', 'county-market', '--sequence', '4', '--key', at('county.key'), '--out', folder]
    const run = hub('make', ...out, `trade=${at('trades.csv')}`, `certificate=${at('certificates.json')}`)
    expect([run.status, run.stdout.trim(), run.stderr]).toEqual([0, at('county-market-000004.zip'), ''])
    const check = hub(
      'check',
      at('county-market-000004.zip'),
      '--system',
      'county-market',
      '--key',
      publicKey,
    )
    expect(check.status).toBe(0)
    expect(JSON.parse(check.stdout)).toMatchObject({
      sequence: 4,
      files: [{ record: 'trade' }, { record: 'certificate' }],
    })
    // One that is there is never written over: it may be on its way already.
    const again = hub('make', ...out, `trade=${at('trades.csv')}`)
    expect(again.status).toBe(1)
    expect(statSync(at('county-market-000004.zip')).size).toBeGreaterThan(500)
  })

  it('keeps the private key from others, and says what is wrong in one sentence', () => {
    expect(statSync(at('county.key')).mode & 0o077).toBe(0)
    writeFileSync(at('no.zip'), 'PK')
    const run = hub('check', at('no.zip'), '--system', 'county-market', '--key', publicKey)
    expect([run.status, run.stderr.trim().split('\n').length]).toEqual([1, 1])
    expect(run.stderr).toContain('the archive cannot be read')
    expect(hub('check', at('none.zip'), '--system', 's', '--key', publicKey).stderr).toContain(
      'There is no file',
    )
    expect(hub('make').status).not.toBe(0)
  })

  it('names packages so that they stand in their order', () => {
    const names = [100_000, 9, 10].map((sequence) => packageName({ system: 's', sequence }))
    expect(names.toSorted()).toEqual(['s-000009.zip', 's-000010.zip', 's-100000.zip'])
  })
})
