import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { readManifest } from '#adapters/files/package/manifest.ts'
import { PackageRefused } from '#adapters/files/package/reasons.ts'
import { sign, verify } from '#adapters/http/signature.ts'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { headOf } from '#adapters/push/soap/head.ts'
import { bodyError, withoutCoding } from '#api/content-coding.ts'
import { POSITION, readCursor, UUID, writeCursor } from '#api/cursor.ts'
import { readFeedCursor, writeFeedCursor } from '#api/feed-cursor.ts'
import { readExcel1900, readExcel1904 } from '#core/dates/numbered.ts'
import { DerFault, partsOf, readDer } from '#core/der/der.ts'
import { HubError } from '#core/errors.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { readCertificate } from '#core/pki/certificate.ts'
import { readRevocationList } from '#core/pki/revocation-list.ts'
import { readSignedData, SignatureRefusal } from '#core/pki/signed-data.ts'
import { readJwt } from '#core/signing/jwt.ts'
import { readSm2Signature } from '#core/signing/sm2.ts'
import type { ReadOptions } from '#core/source.ts'
import { dbfBytes } from '#test/dbf.ts'
import { collect, residentBytes } from '#test/memory.ts'
import { nearly } from '#test/mutate.ts'
import { certificate, ecKey, revocationList, signedData } from '#test/pki.ts'
import { archive } from '#test/zip-archive.ts'
import { partsOf as workbookParts } from '../adapters/push/xlsx/workbook.ts'

/** Cases of each target; a million by `FUZZ_CASES=1000000`. Then what was found is printed, and `FUZZ_TARGETS` may name some of them, with commas. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 10_000)
const isMeasured = process.env['FUZZ_CASES'] !== undefined
const CHOSEN = process.env['FUZZ_TARGETS']?.split(',')
/** Longest time of one case, in milliseconds of the process's own work. */
const CASE_MS = 2000
/** With much memory free the engine collects late, and gives back later still: after so many cases it is made to. What is left behind adds up all the same. */
const COLLECT_EVERY = 10_000
/** Most that the process may grow by one target, as the machine sees it, also while it runs. */
const GROWS_BYTES = 100 * 1024 * 1024

interface Target {
  readonly input: fc.Arbitrary<Buffer>
  /** Reads it. What cannot be read is refused by one of the errors that `isRefusal` knows, or told as a value. */
  readonly read: (bytes: Buffer) => unknown
}

const message = (options: ReadOptions, ...seeds: (string | Uint8Array)[]): Target => ({
  input: nearly(...seeds),
  read: (bytes) => decodeMessage(bytes, options),
})
const text = (read: (text: string) => unknown, ...seeds: string[]): Target => ({
  input: nearly(...seeds),
  read: (bytes) => read(bytes.toString('utf8')),
})
const envelope = (inner: string): string =>
  `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><put><xml>${inner.replaceAll('<', '&lt;')}</xml></put></soap:Body></soap:Envelope>`
const coding = (name: string, pack: (bytes: Buffer) => Buffer): Target => ({
  input: nearly(pack(Buffer.from('[{"billNo":"A1"}]')), pack(Buffer.alloc(20_000, 'ab'))),
  read: async (bytes) => {
    try {
      for await (const _ of withoutCoding(Readable.from([bytes]), name));
    } catch (error) {
      throw bodyError(error, name)
    }
  },
})

const XML =
  '<?xml version="1.0" encoding="UTF-8"?><rows><row><a>番茄</a><b x="1">2</b></row><row><a/></row></rows>'
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const FEED = Buffer.alloc(32, 5)
const OF = { keyId: null, filter: ['sale'], link: null }
const files = (folder: string, ...names: string[]): Buffer[] =>
  names.map((name) => readFileSync(`mappings/${folder}/${name}`))
const [MOVEMENT = Buffer.alloc(0)] = files('cold-chain', 'movement.yaml')
/** Small, so that many cases are quickly tried; with most of what a field can say. */
const MAPPING = `mapping: a/b
version: 1
read: { format: json }
key: [no]
emit:
  - kind: sale
    when: { kind: present }
    fields:
      occurredAt: { from: at, date: [iso] }
      region: { code: code }
      parties.buyer: { code: { from: buyer, scheme: cn.uscc }, name: buyerName }
      lots: [{ role: subject, from: lot, scheme: cn.coldchain.zj }]
      quantity: { from: weight, unit: { from: unit }, dimension: mass }
`
/** A workbook of one sheet; with method 0 its parts are not packed, so that what is changed is their XML. */
const workbook = (method: number): Buffer =>
  archive(
    workbookParts({
      shared: ['<t>名称</t>', '<t>番茄</t>'],
      rows: '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>1.5</v></c></row>',
    }).map(([name, content, lies]) => [name, content, { ...lies, method }] as const),
  )

const TARGETS: Record<string, Target> = {
  JSON: message({ format: 'json' }, '[{"a":"番茄","n":1.50,"l":[1,{"b":null}]},{"a":"\\ud83d\\ude00"}]'),
  NDJSON: message({ format: 'ndjson' }, '{"a":1}\n{"a":"b"}\r\n\n{"a":[]}'),
  CSV: message({ format: 'csv' }, '名称,数量\n"番""茄",1\n=1+1,"a\nb"\n', '\ufeffa;b\r\n1;2\r\n'),
  'CSV in GB18030': message(
    { format: 'csv', encoding: 'gb18030' },
    Buffer.from([0x61, 0x0a, 0xb7, 0xac, 0x81, 0x30, 0x81, 0x30, 0xfe, 0x59, 0x0a]),
  ),
  XML: message({ format: 'xml', xml: { roots: ['row'] } }, XML),
  SOAP: message({ format: 'soap', soap: { field: 'xml' }, xml: { roots: ['row'] } }, envelope(XML)),
  'head of an envelope': { input: nearly(envelope(XML)), read: (bytes) => headOf(bytes) },
  form: message(
    { format: 'form', form: { field: 'data', format: 'json' } },
    `data=${encodeURIComponent('[{"a":"番茄"}]')}&b=+1`,
  ),
  DBF: message(
    { format: 'dbf' },
    dbfBytes({
      columns: [
        { name: 'A', type: 'C', length: 8 },
        { name: 'N', type: 'N', length: 6 },
      ],
      rows: [
        ['ab', '1'],
        ['番茄', '2'],
      ],
    }),
  ),
  XLSX: message({ format: 'xlsx' }, ...[8, 0].map((method) => workbook(method))),
  gzip: coding('gzip', gzipSync),
  deflate: coding('deflate', deflateSync),
  zstd: coding('zstd', zstdCompressSync),
  'Excel dates': text(
    (one) => [readExcel1900(one, one), readExcel1904(one, one)],
    '45397.1546',
    '60',
    '-1',
    '2958465',
  ),
  cursors: text(
    (one) => readCursor(one, POSITION, UUID),
    writeCursor(7, '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37'),
  ),
  'cursors of the feed': text((one) => readFeedCursor(FEED, OF, one), writeFeedCursor(FEED, OF, 12n)),
  'tokens of JWT': text(readJwt, 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'),
  'signatures of webhooks': text((one) => {
    const headers = sign([SECRET], 'msg_1', 1_700_000_000, '{}')
    const fault = verify([SECRET], { ...headers, 'webhook-signature': one }, '{}', 1_700_000_000)
    return one.split(' ').includes(String(headers['webhook-signature'])) || expect(fault).not.toBeNull()
  }, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='),
  'manifests of packages': {
    input: nearly('{"format":"trace-hub-package/1","system":"a","sequence":1,"files":[]}'),
    read: readManifest,
  },
  mappings: text((one) => compileMapping({ path: 'a.yaml', text: one }), MAPPING, MOVEMENT.toString()),
  'signatures of SM2': {
    input: nearly(Buffer.from('3006020101020101', 'hex')),
    read: readSm2Signature,
  },
}

beforeAll(async () => {
  const key = ecKey()
  const signer = await certificate({ name: 'signer', key })
  const cms = await signedData({ content: Buffer.from('x'), signer, issuerName: 'signer' })
  TARGETS['certificates'] = { input: nearly(signer.der), read: readCertificate }
  TARGETS['signed data'] = { input: nearly(cms), read: readSignedData }
  TARGETS['revocation lists'] = {
    input: nearly(await revocationList(signer, [{ serial: 7, reason: 1 }])),
    read: readRevocationList,
  }
  TARGETS['DER'] = { input: nearly(cms, signer.der), read: (bytes) => partsOf(readDer(bytes)) }
})

/** Refusals say what is wrong, and those of senders where and what to do about it. */
function isRefusal(error: unknown): boolean {
  if (error instanceof DecodeRefusal)
    return [error.at, error.reason, error.fix].every((said) => said.length > 0)
  if (error instanceof HubError) return Boolean(error.parts.detail) || (error.parts.issues ?? []).length > 0
  if (error instanceof DerFault || error instanceof SignatureRefusal) return error.message !== ''
  return error instanceof PackageRefused && error.message !== ''
}

it('whatever is read is read or refused with a reason, at once, and leaves no memory behind', async () => {
  const chosen = CHOSEN ?? Object.keys(TARGETS)
  const targets = Object.entries(TARGETS).filter(([name]) => chosen.includes(name))
  expect(targets.map(([name]) => name).toSorted()).toEqual(chosen.toSorted())
  // What is loaded and compiled at first is no rise, nor what the engine takes for what dies young.
  for (const [, target] of targets) await attack(target, Math.min(CASES, 200), () => {})
  growYoungGeneration()
  for (const [name, target] of targets) {
    const before = residentBytes()
    const started = process.cpuUsage()
    let highest = before
    let count = 0
    let slowest = 0
    await attack(target, CASES, (ms) => {
      if (++count % 500 === 0) highest = Math.max(highest, process.memoryUsage.rss())
      if (count % COLLECT_EVERY === 0) collect()
      slowest = Math.max(slowest, ms)
    }).catch((error: unknown) => {
      throw new Error(name, { cause: error })
    })
    const { user, system } = process.cpuUsage(started)
    const left = residentBytes() - before
    if (isMeasured)
      console.log(
        `${name}: ${count} cases, ${((user + system) / 1e6).toFixed(0)} s of processor time, the slowest ${slowest.toFixed(0)} ms; memory at most ${megabytes(highest - before)}, at the end ${megabytes(left)} more`,
      )
    expect(left, name).toBeLessThan(GROWS_BYTES)
    expect(highest - before, name).toBeLessThan(GROWS_BYTES)
  }
}, 86_400_000)

/** The engine doubles the room for new objects as long as many of them live; it has its full size after this. */
function growYoungGeneration(): void {
  const living: object[] = []
  for (let made = 0; made < 5_000_000; made++) living[made % 500_000] = { made }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`

/** @param onCase is told the processor time of each case, in milliseconds */
async function attack({ input, read }: Target, numRuns: number, onCase: (ms: number) => void): Promise<void> {
  const property = fc.asyncProperty(input, async (bytes) => {
    const started = process.cpuUsage()
    let thrown: unknown
    try {
      await read(bytes)
    } catch (error) {
      thrown = error
    }
    if (thrown !== undefined && !isRefusal(thrown))
      throw new Error(bytes.toString('base64').slice(0, 2000), { cause: thrown })
    const { user } = process.cpuUsage(started)
    expect(user / 1000).toBeLessThan(CASE_MS)
    onCase(user / 1000)
  })
  await fc.assert(property, { numRuns })
}
