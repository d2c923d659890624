import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endSm2Threads } from '#adapters/sm2/threads.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { signaturesReader } from '#flow/signatures/follow-signatures.ts'
import { recheck } from '#flow/signatures/recheck.ts'
import { withApi } from '#test/api.ts'
import { certificate, ecKey, revocationList, signedData, type TestCertificate } from '#test/pki.ts'

const api = withApi()
afterAll(endSm2Threads)

let root: TestCertificate
let office: TestCertificate
const pemOf = (der: Buffer, kind: string): string =>
  `-----BEGIN ${kind}-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END ${kind}-----\n`
const text = (number: string): string => `{"certNo":"${number}","name":"番茄"}\n`
const signed = async (number: string, signer = office): Promise<string> => {
  const wish = { content: Buffer.from(text(number)), signer, issuerName: root.name }
  return (await signedData(wish)).toString('base64')
}
const store = async (number: string, more: object): Promise<void> => {
  const documents = [{ role: 'self', type: 'promise_cert', number, ...more }]
  const occurredAt = { at: '2026-07-01T08:00:00+08:00', precision: 'second' }
  const parties = [{ role: 'issuer', name: '嘉兴市农业农村局', ids: [] }]
  const body = {
    kind: 'document',
    system: 'jiaxing-wholesale',
    key: [number],
    occurredAt,
    parties,
    documents,
  }
  const answer = await api.call('POST', '/v1/records', { body })
  expect(answer.json().results).toMatchObject([{ result: expect.stringMatching(/created|updated/) }])
}
const signatureOf = async (number: string) => {
  const { document } = (await api.call('GET', `/v1/documents/${number}?on=2026-07-02`)).json()
  return {
    ...document.issues[0].signature,
    reasons: document.reasons.map(({ code }: { code: string }) => code),
  }
}
const atGate = async (number: string) => {
  const body = { papers: [{ number, on: '2026-07-02' }] }
  return (await api.call('POST', '/v1/documents/check', { body })).json().papers[0]
}
const follow = () => logFollower('log', 500, [signaturesReader()]).step(api.pool)
const kept = async (number: string) => {
  const { rows } = await api.pool.query(
    'select state, reason, version from document_signatures where record_id like $1',
    [`%:${number}`],
  )
  return rows[0]
}

beforeAll(async () => {
  root = await certificate({ name: '浙江省根', key: ecKey(), isCa: true })
  office = await certificate({ name: '嘉兴市农业农村局', key: ecKey(), issuer: root })
  const added = await api.call('POST', '/v1/trust/anchors', {
    body: { certificate: pemOf(root.der, 'CERTIFICATE') },
  })
  expect(added.json()).toMatchObject({ subject: 'CN=浙江省根', withoutLists: false })
  await store('HGZ-1', { signature: await signed('HGZ-1'), signedText: text('HGZ-1') })
  await store('HGZ-2', {})
})

describe('what the signature of a paper is worth is part of its state', () => {
  it('unknown without a list of what was taken back, and valid with one, at once', async () => {
    expect(await signatureOf('HGZ-1')).toMatchObject({ state: 'unknown', reason: 'no_list' })
    expect(await atGate('HGZ-1')).toMatchObject({ signature: 'unknown' })
    await follow()
    expect(await kept('HGZ-1')).toMatchObject({ state: 'unknown', version: 1 })
    const list = pemOf(await revocationList(root, []), 'X509 CRL')
    const answer = await api.call('POST', '/v1/trust/lists', { body: { list } })
    expect([answer.statusCode, answer.json().issuer]).toEqual([201, 'CN=浙江省根'])
    const found = await signatureOf('HGZ-1')
    expect(found).toMatchObject({ state: 'valid', reason: 'fits', signer: 'CN=嘉兴市农业农村局' })
    expect(found.reasons).not.toContain('bad_signature')
    expect((await atGate('HGZ-1')).reasons.map(({ code }: { code: string }) => code)).not.toContain(
      'unsure_signature',
    )
  })

  it('is judged anew where it is kept when what is trusted changes', async () => {
    expect(await kept('HGZ-1')).toMatchObject({ state: 'unknown' })
    expect(await recheck(api.pool, Date.now())).toBe(1)
    expect(await kept('HGZ-1')).toMatchObject({ state: 'valid' })
    expect(await recheck(api.pool, Date.now())).toBe(0)
  })

  it('a paper that is not signed has none, and is no worse for it', async () => {
    expect((await signatureOf('HGZ-2')).state).toBeUndefined()
    expect(await atGate('HGZ-2')).toMatchObject({ signature: 'none' })
  })

  it('a paper with the signature of another, or over another text, is refused at the gate', async () => {
    const signature = await signed('HGZ-1')
    await store('HGZ-3', { signature, signedText: text('HGZ-1') })
    await store('HGZ-4', { signature, signedText: text('HGZ-4') })
    await store('HGZ-5', { signature: 'no base64!', signedText: text('HGZ-5') })
    await store('HGZ-6', { signature })
    const reasons: Record<string, string> = {
      'HGZ-3': 'other_paper',
      'HGZ-4': 'other_content',
      'HGZ-5': 'malformed',
      'HGZ-6': 'other_content',
    }
    for (const [number, reason] of Object.entries(reasons)) {
      expect(await signatureOf(number)).toMatchObject({ state: 'invalid', reason })
      const paper = await atGate(number)
      expect(paper).toMatchObject({ signature: 'invalid', verdict: 'refuse' })
      expect(paper.reasons.map(({ code }: { code: string }) => code)).toContain('bad_signature')
    }
  })

  it('a new version has a signature of its own', async () => {
    await store('HGZ-1', { signature: await signed('HGZ-1'), signedText: `${text('HGZ-1')} ` })
    await follow()
    expect(await kept('HGZ-1')).toMatchObject({ state: 'invalid', version: 2 })
    expect(await signatureOf('HGZ-1')).toMatchObject({ state: 'invalid', reason: 'other_content' })
    await store('HGZ-1', { signature: await signed('HGZ-1'), signedText: text('HGZ-1') })
    expect(await signatureOf('HGZ-1')).toMatchObject({ state: 'valid' })
  })

  it('is revoked with the certificate, and untrusted with the authority', async () => {
    const list = pemOf(
      await revocationList(root, [{ serial: office.serial }], { from: Date.now() - 1000 }),
      'X509 CRL',
    )
    await api.call('POST', '/v1/trust/lists', { body: { list } })
    expect(await signatureOf('HGZ-1')).toMatchObject({ state: 'revoked' })
    expect((await atGate('HGZ-1')).verdict).toBe('refuse')
    const { anchors, lists } = (await api.call('GET', '/v1/trust')).json()
    expect([anchors.length, lists.length]).toEqual([1, 2])
    expect((await api.call('DELETE', `/v1/trust/anchors/${anchors[0].fingerprint}`)).statusCode).toBe(204)
    expect((await api.call('DELETE', `/v1/trust/anchors/${anchors[0].fingerprint}`)).statusCode).toBe(404)
    expect(await signatureOf('HGZ-1')).toMatchObject({ state: 'untrusted', reason: 'no_anchor' })
    expect((await atGate('HGZ-1')).reasons.map(({ code }: { code: string }) => code)).toContain(
      'unsure_signature',
    )
  })
})

it('a mapping puts the signature beside its text, character for character', async () => {
  const mapping = [
    'mapping: jiaxing-wholesale/paper',
    'version: 1',
    'read: { format: json }',
    'key: [no]',
    'emit:',
    '  - kind: document',
    '    fields:',
    '      occurredAt: { from: at, date: yyyy-MM-dd HH:mm:ss }',
    '      parties.issuer: { name: { const: 甲局 } }',
    '      documents:',
    '        - { role: self, from: no, type: promise_cert, signature: p7s, signedText: raw }',
    '',
  ].join('\n')
  const sample = JSON.stringify({ no: 'HGZ-9', at: '2026-07-01 08:00:00', p7s: 'MIIB', raw: '  a  b\n' })
  const answer = await api.call('POST', '/v1/mappings/try', { body: { mapping, sample } })
  expect(answer.body).toContain('"signedText":"  a  b\\n"')
  expect(answer.body).toContain('"signature":"MIIB"')
})

describe('a paper that is shown at the gate', () => {
  const verify = (body: object) => api.call('POST', '/v1/documents/verify', { body })

  it('is verified with its text or its bytes, and nothing of it is kept', async () => {
    const key = ecKey()
    const person = await certificate({ name: '李四', key })
    const certificateText = pemOf(person.der, 'CERTIFICATE')
    await api.call('POST', '/v1/trust/anchors', {
      body: { certificate: certificateText, withoutLists: true },
    })
    const content = text('X-1')
    const der = await signedData({ content: Buffer.from(content), signer: person, issuerName: '李四' })
    const signature = der.toString('base64')
    expect((await verify({ signature, content })).json()).toMatchObject({ state: 'valid', signer: 'CN=李四' })
    expect(
      (
        await verify({
          signature: pemOf(der, 'PKCS7'),
          contentBase64: Buffer.from(content).toString('base64'),
        })
      ).json(),
    ).toMatchObject({ state: 'valid' })
    expect((await verify({ signature, content: `${content} ` })).json()).toMatchObject({ state: 'invalid' })
    expect((await verify({ signature })).statusCode).toBe(400)
    expect((await verify({ signature: '…', content })).statusCode).toBe(400)
    const stranger = await certificate({ name: '李四', key: ecKey() })
    const forged = await signedData({
      content: Buffer.from(content),
      signer: { ...person, key: stranger.key },
      issuerName: '李四',
      along: [person],
    })
    expect((await verify({ signature: forged.toString('base64'), content })).json()).toMatchObject({
      state: 'invalid',
      reason: 'wrong_signature',
    })
  })

  it('any bytes get an answer, and none is valid', async () => {
    const good = Buffer.from(await signed('Y-1'), 'base64')
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 300 }),
          fc
            .tuple(fc.nat(good.length - 1), fc.nat(255))
            .map(([at, byte]) => Buffer.from(good).fill(byte, at, at + 1)),
          fc
            .tuple(fc.nat(good.length - 1), fc.nat(40))
            .map(([at, length]) => Buffer.concat([good.subarray(0, at), good.subarray(at + length)])),
        ),
        async (bytes) => {
          const signature = Buffer.from(bytes).toString('base64')
          const answer = await verify({ signature, content: text('Y-2') })
          expect(answer.statusCode).toBe(200)
          expect(answer.json().state).not.toBe('valid')
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([
    ['/v1/trust/anchors', { certificate: 'AAAA' }],
    ['/v1/trust/anchors', { certificate: '' }],
    ['/v1/trust/lists', { list: 'AAAA' }],
    ['/v1/trust/lists', { list: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }],
  ])('%s refuses %j', async (path, body) => {
    const answer = await api.call('POST', path, { body })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request'])
  })
})
