import { execFileSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, describe, expect, it } from 'vitest'
import { signSm2, verifySm2 } from '#adapters/sm2/sm2.ts'
import { endSm2Threads } from '#adapters/sm2/threads.ts'
import { HubError } from '#core/errors.ts'
import { readSm2Signature, sm2Digest, writeSm2Signature } from '#core/signing/sm2.ts'

afterAll(endSm2Threads)

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** GB/T 32918.5-2017, annex A: the recommended curve, "message digest" signed by 1234567812345678. */
const STANDARD = {
  privateKey: hex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8'),
  publicKey: hex(
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  ),
  message: Buffer.from('message digest'),
  digest: 'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640',
  signature: hex(
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  ),
}
const N = hex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')

describe('SM2 and SM3 as the standards say', () => {
  it('SM3 of GB/T 32905 annex A', () => {
    const digest = createHash('sm3').update('abc').digest('hex')
    expect(digest).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
    expect(createHmac('sm3', Buffer.alloc(64, 1)).update('abc').digest('hex')).toHaveLength(64)
  })

  it('the digest and the signature of GB/T 32918.5 annex A fit, in both spellings', async () => {
    const { publicKey, message, digest, signature } = STANDARD
    expect(sm2Digest(publicKey, message).toString('hex')).toBe(digest)
    expect(await verifySm2({ publicKey, message, signature })).toBe(true)
    expect(await verifySm2({ publicKey, message, signature: writeSm2Signature(signature) })).toBe(true)
  })

  it('what is signed here fits, by its own identity alone', async () => {
    const { privateKey, publicKey, message } = STANDARD
    const own = await signSm2({ privateKey, publicKey, id: '嘉兴市场' }, message)
    expect(await verifySm2({ publicKey, message, signature: own, id: '嘉兴市场' })).toBe(true)
    expect(await verifySm2({ publicKey, message, signature: own })).toBe(false)
    expect(await verifySm2({ publicKey, message, signature: own, id: '' })).toBe(false)
  })

  it('agrees with openssl both ways, where the machine has it with SM2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-sm2-'))
    try {
      if (!hasOpenssl(folder)) return
      const { key, publicKey } = opensslKey(folder)
      writeFileSync(join(folder, 'message'), STANDARD.message)
      const options = [
        '-rawin',
        '-digest',
        'sm3',
        '-pkeyopt',
        'distid:1234567812345678',
        '-in',
        join(folder, 'message'),
      ]
      const signature = execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', key, ...options])
      expect(await verifySm2({ publicKey, message: STANDARD.message, signature })).toBe(true)
      const privateKey = opensslPrivate(key)
      const own = await signSm2({ privateKey, publicKey }, STANDARD.message)
      writeFileSync(join(folder, 'own'), writeSm2Signature(own))
      const told = execFileSync('openssl', [
        'pkeyutl',
        '-verify',
        '-inkey',
        key,
        ...options,
        '-sigfile',
        join(folder, 'own'),
      ])
      expect(told.toString()).toContain('Verified Successfully')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('what does not fit is refused, and never an error', () => {
  it('every changed byte of message, key and signature', async () => {
    const { publicKey, message, signature } = STANDARD
    const changed = (bytes: Buffer, at: number): Buffer => {
      const copy = Buffer.from(bytes)
      copy[at] = (copy[at] as number) ^ 0x20
      return copy
    }
    const der = writeSm2Signature(signature)
    const tried = [
      ...Array.from(message.keys(), (at) => ({ publicKey, signature, message: changed(message, at) })),
      ...Array.from(publicKey.keys(), (at) => ({ message, signature, publicKey: changed(publicKey, at) })),
      ...Array.from(signature.keys(), (at) => ({ message, publicKey, signature: changed(signature, at) })),
      ...Array.from(der.keys(), (at) => ({ message, publicKey, signature: changed(der, at) })),
    ]
    const fits = await Promise.all(tried.map((one) => verifySm2(one)))
    expect(fits.filter(Boolean)).toEqual([])
    expect(fits.length).toBeGreaterThan(200)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(64)],
    ['r of 0', Buffer.concat([Buffer.alloc(32), STANDARD.signature.subarray(32)])],
    ['s of n', Buffer.concat([STANDARD.signature.subarray(0, 32), N])],
    ['r of n and s of n', Buffer.concat([N, N])],
    ['DER that is cut', writeSm2Signature(STANDARD.signature).subarray(0, 40)],
    ['DER that something follows', Buffer.concat([writeSm2Signature(STANDARD.signature), Buffer.from([0])])],
    [
      'DER of indefinite length',
      Buffer.concat([hex('3080'), writeSm2Signature(STANDARD.signature).subarray(2), hex('0000')]),
    ],
    [
      'a length in more bytes than it needs',
      Buffer.concat([hex('308146'), writeSm2Signature(STANDARD.signature).subarray(2)]),
    ],
    ['a negative number', hex(`30440220${'ff'.repeat(32)}0220${'01'.repeat(32)}`)],
    ['three numbers', hex('3009020101020101020101')],
  ])('a signature of %s', async (_, signature) => {
    expect(readSm2Signature(signature)).toBeNull()
    const { publicKey, message } = STANDARD
    expect(await verifySm2({ publicKey, message, signature })).toBe(false)
  })
})

it('more than can wait are told to come again, and the main thread goes on meanwhile', async () => {
  const { publicKey, message, signature } = STANDARD
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const asked = await Promise.allSettled(
    Array.from({ length: 520 }, () => verifySm2({ publicKey, message, signature })),
  )
  delay.disable()
  const refused = asked.filter(({ status }) => status === 'rejected')
  expect(refused.length).toBeGreaterThan(0)
  for (const one of refused) {
    const { reason } = one as PromiseRejectedResult
    expect(reason).toBeInstanceOf(HubError)
    expect((reason as HubError).code).toBe('overloaded')
  }
  expect(asked.filter((one) => one.status === 'fulfilled' && one.value)).toHaveLength(520 - refused.length)
  expect(await verifySm2({ publicKey, message, signature })).toBe(true)
})

function hasOpenssl(folder: string): boolean {
  try {
    const out = ['-out', join(folder, 'key.pem')]
    execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', ...out], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

function opensslKey(folder: string): { key: string; publicKey: Buffer } {
  const key = join(folder, 'key.pem')
  const der = execFileSync('openssl', ['pkey', '-in', key, '-pubout', '-outform', 'DER'])
  return { key, publicKey: der.subarray(-65) }
}

/** The 32 bytes that openssl shows behind `priv:`. */
function opensslPrivate(key: string): Buffer {
  const text = execFileSync('openssl', ['pkey', '-in', key, '-text', '-noout']).toString()
  const digits = /priv:([\s0-9a-f:]+)pub:/.exec(text)?.[1]?.replace(/[\s:]/g, '') ?? ''
  return hex(digits.slice(-64).padStart(64, '0'))
}
