import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifySm2 } from '#adapters/sm2/sm2.ts'
import { endSm2Threads } from '#adapters/sm2/threads.ts'
import { der, derOid } from '#core/der/write.ts'
import { readCertificate } from '#core/pki/certificate.ts'
import type { Trust } from '#core/pki/chain.ts'
import { type Judgement, judgeSignature } from '#core/pki/judge.ts'
import { readRevocationList } from '#core/pki/revocation-list.ts'
import {
  certificate,
  ecKey,
  pssKey,
  revocationList,
  rsaKey,
  type SignatureWish,
  signedData,
  sm2Key,
  type TestCertificate,
  type TestKey,
} from '#test/pki.ts'

afterAll(endSm2Threads)

const DAY = 86_400_000
const CONTENT = Buffer.from('{"certNo":"JXHGZ-2026-000001","name":"番茄","kg":"120"}')
const now = Date.now()

interface Ground {
  readonly root: TestCertificate
  readonly office: TestCertificate
  readonly signer: TestCertificate
  readonly lists: Buffer[]
}

/** Root → office → signer, each with a list of its issuer. */
async function ground(keyOf: () => TestKey): Promise<Ground> {
  const root = await certificate({ name: '农业农村厅根', key: keyOf(), isCa: true })
  const office = await certificate({
    name: '嘉兴市农业农村局',
    key: keyOf(),
    issuer: root,
    isCa: true,
    pathLength: 0,
  })
  const signer = await certificate({ name: '张三', key: keyOf(), issuer: office })
  return { root, office, signer, lists: [await revocationList(root, []), await revocationList(office, [])] }
}

const trustOf = (
  anchors: readonly TestCertificate[],
  lists: readonly Buffer[],
  withoutLists = false,
): Trust => ({
  anchors: anchors.map((anchor) => ({ certificate: readCertificate(anchor.der), withoutLists })),
  lists: lists.map((list) => readRevocationList(list)),
})

const judged = (
  signature: Uint8Array,
  trust: Trust,
  more: { content?: Buffer; seenMs?: number } = {},
): Promise<Judgement> =>
  judgeSignature({ signature, content: CONTENT, seenMs: now, nowMs: now, ...more }, trust, verifySm2)

const grounds: Record<string, Ground> = {}
const keys: Record<string, () => TestKey> = {
  RSA: rsaKey,
  'RSA-PSS': pssKey,
  'P-256': ecKey,
  'P-384': () => ecKey('P-384'),
  SM2: sm2Key,
}
beforeAll(async () => {
  for (const [name, keyOf] of Object.entries(keys)) grounds[name] = await ground(keyOf)
})
const wishOf = ({ office, signer }: Ground, more: Partial<SignatureWish> = {}): SignatureWish => ({
  content: CONTENT,
  signer,
  issuerName: office.name,
  along: [signer, office],
  ...more,
})
const groundOf = (name = 'P-256'): Ground => grounds[name] as Ground
const trusted = ({ root, lists }: Ground): Trust => trustOf([root], lists)

describe('what a trusted department signed is valid', () => {
  it.each(Object.keys(keys))('%s, with attributes, without, and around its content', async (name) => {
    const own = groundOf(name)
    for (const more of [{}, { withAttributes: false }, { isAttached: true }, { signedAtMs: now - 1000 }]) {
      const found = await judged(await signedData(wishOf(own, more)), trusted(own))
      expect(found).toMatchObject({ state: 'valid', reason: 'fits', signer: 'CN=张三' })
    }
  })

  it('also where the certificate of the signer itself is trusted', async () => {
    const { signer, office } = groundOf()
    const signature = await signedData(wishOf(groundOf(), { along: [signer] }))
    expect((await judged(signature, trustOf([signer], []))).state).toBe('valid')
    expect((await judged(signature, trustOf([office], [groundOf().lists[1] as Buffer]))).state).toBe('valid')
  })
})

describe('nothing else is', () => {
  it.each(Object.keys(keys))(
    '%s: a changed byte, wherever it stands',
    async (name) => {
      const own = groundOf(name)
      const signature = await signedData(wishOf(own))
      const trust = trusted(own)
      const step = name === 'SM2' ? 97 : 1
      const states: string[] = []
      for (let at = 0; at < signature.length; at += step) {
        const changed = Buffer.from(signature)
        changed[at] = (changed[at] as number) ^ 0x01
        states.push((await judged(changed, trust)).state)
      }
      expect(states.filter((state) => state === 'valid')).toEqual([])
      for (const at of [0, 10, CONTENT.length - 1]) {
        const content = Buffer.from(CONTENT)
        content[at] = (content[at] as number) ^ 0x20
        expect(await judged(signature, trust, { content })).toMatchObject({
          state: 'invalid',
          reason: 'other_content',
        })
      }
    },
    30_000,
  )

  it('every cut of it, and what follows it', async () => {
    const signature = await signedData(wishOf(groundOf()))
    const trust = trusted(groundOf())
    for (let end = 0; end < signature.length; end += 11)
      expect((await judged(signature.subarray(0, end), trust)).reason).toBe('malformed')
    expect((await judged(Buffer.concat([signature, Buffer.from([0])]), trust)).reason).toBe('malformed')
    const indefinite = Buffer.concat([Buffer.from([0x30, 0x80]), signature.subarray(4), Buffer.from([0, 0])])
    expect((await judged(indefinite, trust)).reason).toBe('malformed')
  })

  it('a digest that is another than is named, or one that is not believed any more', async () => {
    const own = groundOf('RSA')
    const oids = [
      '1.3.14.3.2.26',
      '1.2.840.113549.2.5',
      '2.16.840.1.101.3.4.2.4',
      '2.16.840.1.101.3.4.2.2',
      '2.16.840.1.101.3.4.2.3',
    ]
    for (const oid of oids) {
      const digest = der(0x30, derOid(oid), der(0x05))
      for (const more of [{ digest }, { digest, withAttributes: false }])
        expect((await judged(await signedData(wishOf(own, more)), trusted(own))).state).toBe('invalid')
    }
    for (const oid of [
      '1.2.840.113549.1.1.5',
      '1.2.840.113549.1.1.4',
      '1.2.840.113549.1.1.12',
      '1.2.840.10045.4.3.2',
      '1.2.156.10197.1.501',
    ]) {
      const algorithm = der(0x30, derOid(oid))
      expect((await judged(await signedData(wishOf(own, { algorithm })), trusted(own))).state).toBe('invalid')
    }
  })

  it('SM2 by another identity than the usual one', async () => {
    const own = await ground(() => sm2Key())
    const signer = await certificate({ name: 's', key: sm2Key('other'), issuer: own.office })
    const signature = await signedData(wishOf({ ...own, signer }))
    expect(await judged(signature, trusted(own))).toMatchObject({
      state: 'invalid',
      reason: 'wrong_signature',
    })
  })

  it('attributes that are passed off as a content', async () => {
    const own = groundOf()
    const set = der(
      0x31,
      der(0x30, derOid('1.2.840.113549.1.9.3'), der(0x31, derOid('1.2.840.113549.1.7.1'))),
    )
    const signature = await signedData(wishOf(own, { content: set, withAttributes: false }))
    expect((await judged(signature, trusted(own), { content: set })).reason).toBe('other_content')
  })

  it('several signers, none, and an attribute over another content', async () => {
    const own = groundOf()
    for (const signers of [0, 2]) {
      const found = await judged(await signedData(wishOf(own, { signers })), trusted(own))
      expect(found.state).toBe('invalid')
    }
    const messageDigest = Buffer.alloc(32)
    expect((await judged(await signedData(wishOf(own, { messageDigest })), trusted(own))).reason).toBe(
      'other_content',
    )
    const later = await judged(await signedData(wishOf(own, { signedAtMs: now + 600_000 })), trusted(own))
    expect(later).toMatchObject({ state: 'invalid', reason: 'signed_later' })
  })

  const chains: [
    string,
    (own: Ground) => Promise<{ signer: TestCertificate; along?: TestCertificate[] }>,
    string,
    string,
  ][] = [
    [
      'a signer who signed for himself',
      async () => ({ signer: await certificate({ name: '嘉兴市农业农村局', key: ecKey() }) }),
      'untrusted',
      'no_anchor',
    ],
    [
      'an authority of the same name',
      async ({ root }) => {
        const office = await certificate({
          name: '嘉兴市农业农村局',
          key: ecKey(),
          issuer: { ...root, key: ecKey() },
          isCa: true,
        })
        const signer = await certificate({ name: 's', key: ecKey(), issuer: office })
        return { signer, along: [signer, office] }
      },
      'untrusted',
      'no_anchor',
    ],
    [
      'one issued by a signer that is no authority',
      async ({ signer: person, office }) => {
        const signer = await certificate({ name: 's', key: ecKey(), issuer: person })
        return { signer, along: [signer, person, office] }
      },
      'untrusted',
      'no_authority',
    ],
    [
      'an authority that may have none below it',
      async ({ office }) => {
        const below = await certificate({ name: 'below', key: ecKey(), issuer: office, isCa: true })
        const signer = await certificate({ name: 's', key: ecKey(), issuer: below })
        return { signer, along: [signer, below, office] }
      },
      'untrusted',
      'path_too_long',
    ],
    [
      'an authority of version 1',
      async ({ root }) => {
        const office = await certificate({ name: 'old', key: ecKey(), issuer: root, version: 1 })
        const signer = await certificate({ name: 's', key: ecKey(), issuer: office })
        return { signer, along: [signer, office] }
      },
      'untrusted',
      'no_authority',
    ],
    [
      'an authority that may not sign certificates',
      async ({ root }) => {
        const office = await certificate({ name: 'o', key: ecKey(), issuer: root, isCa: true, usage: [0] })
        const signer = await certificate({ name: 's', key: ecKey(), issuer: office })
        return { signer, along: [signer, office] }
      },
      'untrusted',
      'usage',
    ],
    [
      'a certificate that may not sign',
      async ({ office }) => ({
        signer: await certificate({ name: 's', key: ecKey(), issuer: office, usage: [2] }),
      }),
      'untrusted',
      'usage',
    ],
    [
      'a certificate of a web server',
      async ({ office }) => ({
        signer: await certificate({
          name: 's',
          key: ecKey(),
          issuer: office,
          purposes: ['1.3.6.1.5.5.7.3.1'],
        }),
      }),
      'untrusted',
      'usage',
    ],
    [
      'an extension that nobody understands',
      async ({ office }) => ({
        signer: await certificate({ name: 's', key: ecKey(), issuer: office, strangeCritical: true }),
      }),
      'untrusted',
      'critical_extension',
    ],
    [
      'a certificate that has run out',
      async ({ office }) => ({
        signer: await certificate({
          name: 's',
          key: ecKey(),
          issuer: office,
          from: now - 9 * DAY,
          to: now - DAY,
        }),
      }),
      'expired',
      'expired',
    ],
    [
      'an authority between that has run out, under a certificate that has not',
      async ({ root }) => {
        const office = await certificate({
          name: 'o',
          key: ecKey(),
          issuer: root,
          isCa: true,
          from: now - 9 * DAY,
          to: now - DAY,
        })
        const signer = await certificate({ name: 's', key: ecKey(), issuer: office })
        return { signer, along: [signer, office] }
      },
      'expired',
      'expired',
    ],
    [
      'authorities that issued one another, of whom none is trusted',
      async () => {
        const [below, old] = [ecKey(), ecKey()]
        const wish = { name: 'below', key: below, isCa: true } as const
        const first = await certificate({
          name: 'old',
          key: old,
          issuer: await certificate(wish),
          isCa: true,
        })
        const second = await certificate({ ...wish, issuer: first })
        const signer = await certificate({ name: 's', key: ecKey(), issuer: second })
        return { signer, along: [signer, second, first, await certificate(wish)] }
      },
      'untrusted',
      'no_anchor',
    ],
    [
      'more authorities below each other than a chain may have',
      async ({ root }) => {
        const along: TestCertificate[] = []
        let issuer = root
        for (const name of ['o', 'old', 'below', 'o']) {
          issuer = await certificate({ name, key: ecKey(), issuer, isCa: true })
          along.unshift(issuer)
        }
        const signer = await certificate({ name: 's', key: ecKey(), issuer })
        return { signer, along: [signer, ...along] }
      },
      'untrusted',
      'no_anchor',
    ],
    [
      'a certificate to come',
      async ({ office }) => ({
        signer: await certificate({ name: 's', key: ecKey(), issuer: office, from: now + DAY }),
      }),
      'expired',
      'not_yet_valid',
    ],
    [
      'a short RSA key',
      async ({ office }) => ({ signer: await certificate({ name: 's', key: rsaKey(1024), issuer: office }) }),
      'invalid',
      'wrong_signature',
    ],
    [
      'a certificate that did not come along',
      async ({ signer }) => ({ signer, along: [] }),
      'untrusted',
      'no_certificate',
    ],
  ]
  it.each(chains)('%s', async (_, made, state, reason) => {
    const own = groundOf()
    const { signer, along = [signer, own.office] } = await made(own)
    const issuer = readCertificate(signer.der).issuer
    const issuerName = Buffer.from(issuer)
      .subarray(-(issuer[issuer.length - 1] === undefined ? 0 : issuer.length - 13))
      .toString()
    const names = [own.office.name, own.root.name, own.signer.name, 'below', 'old', 'o', signer.name]
    const name = names.find((one) => issuerName.endsWith(one)) ?? own.office.name
    const found = await judged(
      await signedData(wishOf(own, { signer, along, issuerName: name })),
      trusted(own),
    )
    expect(found).toMatchObject({ state, reason })
  })
})

describe('a certificate that was taken back', () => {
  const withLists = async (...lists: Buffer[]): Promise<Judgement> =>
    await judged(await signedData(wishOf(groundOf())), trustOf([groundOf().root], lists))

  it('is revoked, and so is everything below an authority that was', async () => {
    const { root, office, signer, lists } = groundOf()
    const [ofRoot, ofOffice] = lists as [Buffer, Buffer]
    expect(await withLists(ofRoot, await revocationList(office, [{ serial: signer.serial }]))).toMatchObject({
      state: 'revoked',
    })
    expect(await withLists(await revocationList(root, [{ serial: office.serial }]), ofOffice)).toMatchObject({
      state: 'revoked',
    })
  })

  it('is not revoked by the number of another authority, nor by a list that somebody else signed', async () => {
    const { root, office, signer, lists } = groundOf()
    const [ofRoot, ofOffice] = lists as [Buffer, Buffer]
    expect((await withLists(await revocationList(root, [{ serial: signer.serial }]), ofOffice)).state).toBe(
      'valid',
    )
    const forged = await revocationList(office, [{ serial: signer.serial }], { signer: ecKey() })
    expect((await withLists(ofRoot, ofOffice, forged)).state).toBe('valid')
  })

  it('counted before it was taken back, unless its key was in other hands', async () => {
    const { office, signer, lists } = groundOf()
    const later = { serial: signer.serial, atMs: now + DAY }
    const [ofRoot] = lists as [Buffer]
    expect((await withLists(ofRoot, await revocationList(office, [later]))).state).toBe('valid')
    expect((await withLists(ofRoot, await revocationList(office, [{ ...later, reason: 1 }]))).state).toBe(
      'revoked',
    )
  })

  it('is not known of without a list, with one that is over, one to come, one without an end, or one that is a part', async () => {
    const { office, lists } = groundOf()
    const [ofRoot] = lists as [Buffer]
    expect(await withLists(ofRoot)).toMatchObject({ state: 'unknown', reason: 'no_list' })
    const over = await revocationList(office, [], { to: now - 1000 })
    expect(await withLists(ofRoot, over)).toMatchObject({ state: 'unknown', reason: 'list_over' })
    const endless = await revocationList(office, [], { to: null })
    expect(await withLists(ofRoot, endless)).toMatchObject({ state: 'unknown', reason: 'list_over' })
    const signed = await revocationList(office, [{ serial: groundOf().signer.serial }])
    const coming = await revocationList(office, [], { from: now + DAY })
    expect(await withLists(ofRoot, coming)).toMatchObject({ state: 'unknown', reason: 'no_list' })
    // One that was dated wrongly hides none of today.
    expect(await withLists(ofRoot, signed, coming)).toMatchObject({ state: 'revoked' })
    const part = await revocationList(office, [], { strangeCritical: true })
    expect(() => readRevocationList(part)).toThrow()
    const signature = await signedData(wishOf(groundOf()))
    expect((await judged(signature, trustOf([groundOf().root], [], true))).state).toBe('valid')
  })
})
