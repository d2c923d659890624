import { hash } from 'node:crypto'
import { recordId } from '#core/model/identity.ts'
import { OWN_SYSTEM, ownKey } from '#core/model/own-system.ts'
import type { FindingKind } from './finding-kinds.ts'

/** Record name of findings in the hub's own system. */
export const FINDING_RECORD = 'finding'

/** Longer subjects stand in the key by their digest. */
const SUBJECT_MAX = 150

/** Key of a finding within the hub: one for each kind and subject. */
export const findingKey = (kind: FindingKind, subject: string): string[] => [
  kind,
  subject.length <= SUBJECT_MAX ? subject : hash('sha256', subject, 'hex'),
]

/** Identifier of a finding of this hub. */
export const findingId = (hub: string, kind: FindingKind, subject: string): string =>
  recordId('finding', OWN_SYSTEM, FINDING_RECORD, ownKey(hub, findingKey(kind, subject)))

/**
 * Upon which version a version was made, as text that can be compared: what an official does comes after a judgement upon the same version,
 * and a judgement that did not know of it is left out.
 */
export const orderUpon = (version: number, by: 'hub' | 'official'): string =>
  `${String(version).padStart(10, '0')}${by === 'hub' ? 'a' : 'b'}`
