import { type HeadFacts, headText } from './leaves.ts'
import { isSignedBy, keyIdOf } from './signing.ts'

/** A signed head as it leaves the hub: a line of a file of anchors, the body of a message to a receiver, a part of a package. */
export interface SignedHead {
  readonly format: 'trace-hub-head/1'
  readonly hub: string
  readonly number: number
  readonly sealedAt: string
  /** Hexadecimal. */
  readonly treeRoot: string
  readonly key: string
  readonly publicKey: string
  /** Base64. */
  readonly signature: string
}

export const signedHead = (
  head: HeadFacts & { readonly signature: Buffer },
  publicKey: string,
): SignedHead => ({
  format: 'trace-hub-head/1',
  hub: head.hub,
  number: head.number,
  sealedAt: head.sealedAt,
  treeRoot: head.treeRoot.toString('hex'),
  key: head.key,
  publicKey,
  signature: head.signature.toString('base64'),
})

/** A head from a line; null where the line is none, or was not signed with the key that it names. */
export function readSignedHead(line: string): SignedHead | null {
  let given: Partial<SignedHead> | null
  try {
    given = JSON.parse(line) as Partial<SignedHead> | null
  } catch {
    return null
  }
  if (given?.format !== 'trace-hub-head/1') return null
  const { hub, number, sealedAt, treeRoot, key, publicKey, signature } = given as SignedHead
  const texts = [hub, sealedAt, treeRoot, key, publicKey, signature]
  if (!Number.isSafeInteger(number) || texts.some((text) => typeof text !== 'string')) return null
  const text = headText({ hub, number, sealedAt, treeRoot: Buffer.from(treeRoot, 'hex'), key })
  const isOwn = keyIdOf(publicKey) === key && isSignedBy(publicKey, text, Buffer.from(signature, 'base64'))
  return isOwn ? { ...(given as SignedHead) } : null
}
