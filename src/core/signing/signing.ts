import { type Compiling, choiceOf, entryOf, mapOf, textOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'

/** How the messages of a system are signed, in both directions; the `sign:` block of system.yaml. */
export interface Signing {
  readonly scheme: (typeof SIGN_SCHEMES)[number]
  readonly encoding: (typeof SIGN_ENCODINGS)[number]
  /** Name of the secret, as `PATCH /v1/systems/{id}` takes it. */
  readonly secret: string
  /** Member of the message that holds the signature. */
  readonly at: readonly string[]
  /** What is signed, one behind the other: texts of members, or digests of members exactly as they are sent. */
  readonly over: readonly SignedPart[]
}

export interface SignedPart {
  readonly member: readonly string[]
  /** Hexadecimal SHA-256 of the member's own characters in place of its text. */
  readonly digest: boolean
}

export const SIGN_SCHEMES = ['hmac-sha256'] as const
export const SIGN_ENCODINGS = ['hex', 'base64'] as const
const NAMES = ['scheme', 'encoding', 'secret', 'at', 'over'] as const
const EXAMPLE = 'sign: { scheme: hmac-sha256, at: head.sign, over: [head.msgId, { sha256: body }] }'
const SECRET = /^[a-z][a-zA-Z0-9]{0,39}$/

/** Compiles `sign:`; null where it has a mistake. */
export function compileSigning(c: Compiling, node: Node): Signing | null {
  const map = mapOf(c, node, 'sign', NAMES, EXAMPLE)
  if (map === null) return null
  for (const wanted of ['scheme', 'at', 'over'])
    if (!map.entries.has(wanted)) c.mistakes.add(map.at, 'sign', 'missing', { wanted })
  const schemeNode = entryOf(map, 'scheme')
  const scheme = schemeNode === undefined ? null : choiceOf(c, schemeNode, 'sign.scheme', SIGN_SCHEMES)
  const encodingNode = entryOf(map, 'encoding')
  const encoding =
    encodingNode === undefined ? 'hex' : choiceOf(c, encodingNode, 'sign.encoding', SIGN_ENCODINGS)
  const secretNode = entryOf(map, 'secret')
  const secret = secretNode === undefined ? 'sign' : textOf(c, secretNode, 'sign.secret')
  if (secretNode !== undefined && secret !== null && !SECRET.test(secret))
    c.mistakes.add(secretNode.at, 'sign.secret', 'bad_secret_name', { found: secret })
  const atNode = entryOf(map, 'at')
  const at = atNode === undefined ? null : memberOf(c, atNode, 'sign.at')
  const overNode = entryOf(map, 'over')
  const over = overNode === undefined ? null : partsOf(c, overNode)
  if (scheme === null || encoding === null || secret === null || at === null || over === null) return null
  return { scheme, encoding, secret, at, over }
}

function partsOf(c: Compiling, node: Node): SignedPart[] | null {
  if (node.is !== 'list' || node.members.length === 0) {
    c.mistakes.add(node.at, 'sign.over', node.is === 'list' ? 'empty' : 'not_list')
    return null
  }
  const parts = node.members.map((member, i) => partOf(c, member, `sign.over.${i}`))
  return parts.every((part) => part !== null) ? parts : null
}

function partOf(c: Compiling, node: Node, target: string): SignedPart | null {
  if (node.is !== 'map') {
    const member = memberOf(c, node, target)
    return member && { member, digest: false }
  }
  const map = mapOf(c, node, target, ['sha256'], '{ sha256: body }')
  const digested = map && entryOf(map, 'sha256')
  if (!digested) {
    c.mistakes.add(node.at, target, 'missing', { wanted: 'sha256' })
    return null
  }
  const member = memberOf(c, digested, `${target}.sha256`)
  return member && { member, digest: true }
}

function memberOf(c: Compiling, node: Node, target: string): string[] | null {
  const path = textOf(c, node, target)
  const steps = path === null ? null : stepsOf(path)
  if (path !== null && steps === null) c.mistakes.add(node.at, target, 'forbidden_path', { found: path })
  return steps
}
