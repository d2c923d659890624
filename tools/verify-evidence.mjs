#!/usr/bin/env node
// Checks an evidence package of Trace Hub without a network, a database or the hub: Node alone (20 or newer).
//   node verify-evidence.mjs evidence.zip [--key whpk_…] [--anchor heads.ndjson]
// It ends with 0 where everything in the package is proven, by the key and the anchors that you know; with 1 where something is wrong; with 2 where it
// cannot be read; and with 3 where nothing is wrong, but it holds something that nothing proves.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { inflateRawSync } from 'node:zlib'

const sha256 = (...parts) =>
  parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest()
const leafHash = (text) => sha256(Buffer.of(0), Buffer.from(text))
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right)

/** All parts of an archive together, unpacked: the hub packs 32 MiB of messages, and records beside them. */
const BYTES_MAX = 256 * 1024 * 1024
/** Names as the hub gives them. None leads out of the folder that it is unpacked into. */
const NAME = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/

/**
 * The parts of a ZIP archive by name. Throws where it is none, a part stands in it twice, or another program could read something else in it: parts that share
 * bytes, two names of one part, something behind the end. Nothing is written anywhere.
 */
export function readArchive(bytes) {
  const files = new Map()
  const end = bytes.length - 22
  if (end < 0 || bytes.readUInt32LE(end) !== 0x06054b50) throw new Error('not a ZIP archive')
  let at = bytes.readUInt32LE(end + 16)
  let [free, room] = [0, BYTES_MAX]
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error('the directory of the archive is damaged')
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)]
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset))
    const name = bytes.toString('latin1', at + 46, at + 46 + nameLength)
    if (!NAME.test(name)) throw new Error(`no name as the hub gives them: ${printable(name)}`)
    if (files.has(name)) throw new Error(`${name} stands in the archive twice`)
    const local = bytes.readUInt32LE(at + 42)
    const localName = bytes.readUInt16LE(local + 26)
    if (
      bytes.readUInt32LE(local) !== 0x04034b50 ||
      bytes.toString('latin1', local + 30, local + 30 + localName) !== name
    )
      throw new Error(`${name} has another name before its bytes`)
    const start = local + 30 + localName + bytes.readUInt16LE(local + 28)
    if (local < free || start + packed > bytes.readUInt32LE(end + 16))
      throw new Error(`${name} shares bytes with another part`)
    free = start + packed
    const content = bytes.subarray(start, free)
    if (method !== 0 && method !== 8) throw new Error(`${name} is packed in a way that is not known`)
    const whole = method === 0 ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, room) })
    room -= whole.length
    if (room < 0) throw new Error('the archive is too large')
    files.set(name, whole)
    at += 46 + nameLength + extra + comment
  }
  if (at !== end) throw new Error('the directory of the archive is damaged')
  return files
}

/** A text of the package as it may be shown: nothing in it moves the cursor, begins a line or turns letters round. */
const printable = (text) => String(text).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')

/** The root to which a path leads (RFC 9162, 2.1.3.2); null where no tree of this size has such a path. */
function rootByInclusion(leaf, index, size, path) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null
  let [at, last, root] = [index, size - 1, leaf]
  for (const step of path) {
    if (last === 0) return null
    const other = Buffer.from(step, 'hex')
    if (at % 2 === 1 || at === last) {
      root = nodeHash(other, root)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    } else root = nodeHash(root, other)
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 ? root.toString('hex') : null
}

/** Whether a head bears the signature of the key that it names. */
function isSigned({ hub, number, sealedAt, treeRoot, key, publicKey, signature }) {
  if (!/^whpk_[A-Za-z0-9+/]{43}=$/.test(publicKey)) return false
  if (createHash('sha256').update(publicKey).digest('hex').slice(0, 16) !== key) return false
  const x = Buffer.from(publicKey.slice(5), 'base64').toString('base64url')
  const text = JSON.stringify(['trace-hub-head/1', hub, number, sealedAt, treeRoot, key])
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, Buffer.from(text), object, Buffer.from(signature, 'base64'))
}

const ABOUT = new Set(['version', 'message', 'mapping', 'delivery'])

/** Why the proof of one part does not hold; null where it does. */
function faultOf({ about, name, file, proof }, head, files) {
  if (proof === 'altered') return 'the hub itself says that what it has is not what it sealed'
  if (!ABOUT.has(about)) return 'nothing of this kind is proven'
  const { leaf, opening, batch, tree } = proof
  const facts = JSON.parse(leaf)
  const named = about === 'version' ? `${facts[1]} ${facts[2]}` : about === 'message' ? facts[1] : null
  if (facts[0] !== (named === null ? 'entry' : about) || (named !== null && named !== name))
    return 'the leaf is of something else'
  if (about === 'delivery' && (facts[3] !== 'delivery' || facts[6] !== name))
    return 'the entry is of something else'
  const mapping = `mapping_versions ${name.replace('@', '/')}`
  if (about === 'mapping' && (facts[3] !== 'setting' || facts[6] !== mapping))
    return 'the entry is of something else'
  const root = rootByInclusion(leafHash(leaf), batch.index, batch.size, batch.path)
  const [kind, number, , , , , , , batchRoot] = JSON.parse(batch.text)
  if (kind !== 'batch' || root === null || root !== batchRoot)
    return 'the path does not lead to the root of the batch'
  if (number !== tree.index + 1 || tree.size !== head.number) return 'the batch is not in its place'
  if (rootByInclusion(leafHash(batch.text), tree.index, tree.size, tree.path) !== head.treeRoot)
    return 'the path does not lead to the head'
  if (opening === null) return null
  const commitment = createHash('sha256')
    .update(`${opening.salt}\n${opening.facts}\n${opening.body}`)
    .digest('hex')
  if (commitment !== facts.at(-1)) return 'what is shown is not what the leaf commits to'
  return file === null ? null : contentFault(about, files.get(file), opening, facts)
}

/** Why a file is not what its opened leaf says; null where it is. */
function contentFault(about, content, opening, facts) {
  if (!content) return 'the file is not in the package'
  const text = content.toString()
  switch (about) {
    case 'version': {
      // Made anew as the hub makes it, from the leaf and what it commits to: nothing else may stand in it.
      const [, id, version, , kind, system, record, status, message, , receivedAt] = facts
      const [schema, mapping, recorded, , , , , , flags, , replay] = JSON.parse(opening.facts)
      const key = id.split(':').slice(5).map(decodeURIComponent)
      const head = { kind, id, system, record, key, version, status, schema, receivedAt, message, mapping }
      const begins = JSON.stringify(replay === null ? head : { ...head, replay }).slice(0, -1)
      const inner = opening.body === '{}' ? '' : `,${opening.body.slice(1, -1)}`
      const ends = `,"flags":${JSON.stringify(flags)}${recorded === null ? '' : `,"recordedAt":${recorded}`}}`
      return text === begins + inner + ends ? null : 'the record is not the one that was sealed'
    }
    case 'message':
      return sha256(content).toString('hex') === JSON.parse(opening.facts)[0]
        ? null
        : 'the bytes are not those that were received'
    case 'mapping':
      return sha256(content).toString('hex') === JSON.parse(opening.facts).digest
        ? null
        : 'the mapping is not the one that was installed'
    default:
      return text === opening.facts ? null : 'the delivery is not the one that was noted'
  }
}

/**
 * Checks a package. @returns lines to read, whether nothing is wrong, and whether everything in it is proven: every file, by a head of the key and the
 * anchors that are known
 */
export function checkPackage(bytes, { key, anchors } = {}) {
  const lines = []
  let [isRight, isProven] = [true, key !== undefined || anchors !== undefined]
  const say = (line) => void lines.push(printable(line))
  const fail = (line) => {
    isRight = false
    say(`WRONG       ${line}`)
  }
  const files = readArchive(bytes)
  const evidence = JSON.parse(files.get('evidence.json')?.toString() ?? 'null')
  if (evidence?.format !== 'trace-hub-evidence/1') throw new Error('not an evidence package')
  const { head, proven } = evidence
  const sums = new Map(
    (files.get('SHA256SUMS')?.toString() ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  )
  for (const [name, content] of files)
    if (name !== 'SHA256SUMS' && sums.get(name) !== sha256(content).toString('hex'))
      fail(`${name}: not the file that was packed`)
  if (!isSigned(head)) fail(`head ${head.number}: its signature does not fit`)
  if (key !== undefined && head.publicKey !== key)
    fail(`head ${head.number}: signed with another key than the one you know`)
  const named = new Set(['evidence.json', 'README.en.txt', 'README.zh.txt', 'SHA256SUMS'])
  if (proven.length === 0) fail('the package claims nothing')
  for (const part of proven) {
    if (part.file !== null) named.add(part.file)
    if (part.proof === 'unsealed') {
      isProven = false
      say(`not proven  ${part.about} ${part.name}: not sealed yet when the package was made`)
      continue
    }
    const fault = faultOf(part, head, files)
    if (fault !== null) fail(`${part.about} ${part.name}: ${fault}`)
    else if (part.file === null) say(`in the log  ${part.about} ${part.name}: what it says is not shown`)
    else if (part.proof.opening === null) {
      isProven = false
      say(`in the log  ${part.about} ${part.name}: that it says what ${part.file} has is not proven`)
    } else say(`proven      ${part.about} ${part.name} (${part.file})`)
  }
  for (const name of files.keys()) if (!named.has(name)) fail(`${name}: nothing proves this file`)
  const anchored = anchors === undefined ? null : checkAnchors(anchors, head)
  if (anchored === false) fail(`head ${head.number}: the anchors have another head of this number`)
  lines.push('')
  say(`Head ${head.number} of ${head.hub}, sealed ${head.sealedAt}, key ${head.publicKey}`)
  if (anchored === true) lines.push('The anchors have the same head.')
  if (anchored === null)
    lines.push(
      'Not proven: that the hub shows the same head to others (--anchor), and does not write its log anew.',
    )
  if (anchored === undefined) {
    isProven = false
    lines.push(
      'Not proven: the anchors do not have this head; ask the hub for a consistency proof to one that they have.',
    )
  }
  if (key === undefined) lines.push('Not proven: whose key this is (--key).')
  lines.push('Never proven: that what was sent to the hub was true; what the README says.')
  return { isRight, isProven: isRight && isProven, lines }
}

/** Whether lines of heads have this one; undefined where they have none of its number. */
function checkAnchors(text, head) {
  const same = text
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)]
      } catch {
        return []
      }
    })
    .filter((one) => one?.number === head.number && isSigned(one))
  return same.length === 0
    ? undefined
    : same.every((one) => one.treeRoot === head.treeRoot && one.hub === head.hub)
}

if (process.argv[1] && import.meta.filename === process.argv[1]) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { key: { type: 'string' }, anchor: { type: 'string' } },
    })
    const [path] = positionals
    if (path === undefined || positionals.length > 1)
      throw new Error('node verify-evidence.mjs evidence.zip [--key whpk_…] [--anchor heads.ndjson]')
    const { key, anchor } = values
    const anchors = anchor === undefined ? undefined : readFileSync(anchor, 'utf8')
    const { isRight, isProven, lines } = checkPackage(readFileSync(path), { key, anchors })
    console.log(lines.join('\n'))
    process.exitCode = isProven ? 0 : isRight ? 3 : 1
  } catch (error) {
    console.error(`The package cannot be read: ${printable(error.message)}`)
    process.exitCode = 2
  }
}
