import { hash } from 'node:crypto'
import { keyedDigest } from '#core/keyed-digest.ts'

/** What a leaf says: `text` is hashed and may be shown to anyone who may see identifiers; the rest opens its commitment. */
export interface Leaf {
  readonly text: string
  /** What the commitment in the text was made over: `salt`, `facts` and `body`, each on a line of its own. */
  readonly opening: Opening
}

export interface Opening {
  /** 32 hexadecimal digits. */
  readonly salt: string
  /** JSON text. */
  readonly facts: string
  /** Canonical text of a record; empty elsewhere. */
  readonly body: string
}

/**
 * A commitment to what may be of a person: SHA-256 with a salt, so that who sees a leaf without its opening cannot try out telephone
 * numbers or names until one fits.
 */
export const commitmentOf = ({ salt, facts, body }: Opening): string =>
  hash('sha256', `${salt}\n${facts}\n${body}`, 'hex')

/** The salt of a leaf, made from a secret of the hub: no row has to be kept for it. */
const saltOf = keyedDigest

/** What a row was before persons were erased from it: the commitment that was sealed, and that of the row as it must be now. */
export interface ErasedFacts {
  readonly was: string
  readonly now: string
}

/** A version of a record with all that is stored of it. */
export interface VersionFacts {
  readonly recordId: string
  readonly version: number
  /** Place in the change log. */
  readonly position: string
  readonly kind: string
  readonly system: string
  readonly record: string
  readonly status: string
  readonly messageId: string
  readonly messageIndex: number
  readonly receivedAt: string
  /** All other columns in the order of the documents: schema, mapping, recorded, occurredAt, region, productClass, sourceOrder, hash, flags, codes, replay, origin, hops, via. */
  readonly rest: readonly unknown[]
  readonly body: string
  readonly erased: ErasedFacts | null
}

export const versionSubject = (recordId: string, version: number | string): string =>
  `version ${recordId} ${version}`

export function versionLeaf(secret: Buffer, v: VersionFacts): Leaf {
  const salt = saltOf(secret, versionSubject(v.recordId, v.version))
  const opening = { salt, facts: JSON.stringify(v.rest), body: v.body }
  const shown = ['version', v.recordId, v.version, v.position, v.kind, v.system, v.record, v.status]
  return sealed(opening, [...shown, v.messageId, v.messageIndex, v.receivedAt], v.erased)
}

/** A message that is done or refused, with its receipt. */
export interface MessageFacts {
  readonly id: string
  readonly receivedAt: string
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly contentType: string
  readonly encoding: string
  readonly state: string
  readonly counts: readonly [
    size: number,
    received: number,
    accepted: number,
    unchanged: number,
    rejected: number,
  ]
  /** SHA-256 of the bytes as received, hexadecimal. */
  readonly sha256: string
  /** SHA-256 of the results as they are stored, hexadecimal. */
  readonly results: string
  readonly problem: string | null
  readonly keyId: string | null
  readonly erased: ErasedFacts | null
}

export const messageSubject = (id: string): string => `message ${id}`

export function messageLeaf(secret: Buffer, m: MessageFacts): Leaf {
  const salt = saltOf(secret, messageSubject(m.id))
  const facts = JSON.stringify([m.sha256, m.results, m.problem, m.keyId])
  const shown = ['message', m.id, m.receivedAt, m.system, m.record, m.mapping, m.contentType, m.encoding]
  return sealed({ salt, facts, body: '' }, [...shown, m.state, ...m.counts], m.erased)
}

/** An entry of the audit log. */
export interface EntryFacts {
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly who: string
  readonly action: string
  readonly subject: string
  /** JSON text. */
  readonly facts: string
}

/** Whether a row that was erased is as the erasure left it; true of all others. */
export const isAsErased = ({ opening }: Leaf, erased: ErasedFacts | null): boolean =>
  erased === null || commitmentOf(opening) === erased.now

export const entrySubject = (id: string): string => `entry ${id}`

export function entryLeaf(secret: Buffer, e: EntryFacts): Leaf {
  const salt = saltOf(secret, entrySubject(e.id))
  return sealed({ salt, facts: e.facts, body: '' }, ['entry', e.id, e.at, e.kind, e.who, e.action, e.subject])
}

/** Of a row that was erased the leaf is made over what it was, and the opening says what it is. */
const sealed = (opening: Opening, shown: readonly unknown[], erased: ErasedFacts | null = null): Leaf => ({
  text: JSON.stringify([...shown, erased?.was ?? commitmentOf(opening)]),
  opening,
})

/** What one batch of leaves covers. The places are those of the last row of each log that it, or one before it, holds. */
export interface BatchFacts {
  /** From 1 on, without gaps. */
  readonly number: number
  readonly sealedAt: string
  readonly entriesTo: string
  readonly changesTo: string
  readonly entries: number
  readonly messages: number
  readonly changes: number
  /** Root of the leaves of the batch. */
  readonly root: Buffer
  /** Root of the tree of batches before this one. */
  readonly previous: Buffer
}

/** The text of a batch, which is a leaf of the tree of batches. */
export const batchText = (b: BatchFacts): string =>
  JSON.stringify([
    'batch',
    b.number,
    b.sealedAt,
    b.entriesTo,
    b.changesTo,
    b.entries,
    b.messages,
    b.changes,
    b.root.toString('hex'),
    b.previous.toString('hex'),
  ])

/** The head of the tree of batches; what is signed. */
export interface HeadFacts {
  readonly hub: string
  /** Batches in the tree. */
  readonly number: number
  readonly sealedAt: string
  /** Root of the tree of batches. */
  readonly treeRoot: Buffer
  readonly key: string
}

export const headText = ({ hub, number, sealedAt, treeRoot, key }: HeadFacts): string =>
  JSON.stringify(['trace-hub-head/1', hub, number, sealedAt, treeRoot.toString('hex'), key])
