import { OWN_SYSTEM } from '#core/model/own-system.ts'
import type { DriverLine, ReceiverLine, SentLine, State } from './ledger.ts'

/** A version as PostgreSQL has it. */
export interface StoredVersion {
  readonly id: string
  readonly version: number
  readonly kind: string
  readonly system: string
  readonly status: string
  readonly mark: string
  readonly words: string
  /** The mapping that made it, with its version. */
  readonly mapping: string
  /** A replay made it: the state before it once more. */
  readonly replayed: boolean
}

/** A message as PostgreSQL has it, found by its Idempotency-Key. */
export interface StoredMessage {
  readonly key: string
  readonly receipt: string
  readonly state: string
  /** As noted when it came, and as computed now from the stored bytes; hexadecimal. */
  readonly sha256: string
  readonly sha256OfBytes: string
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
}

export interface StoredLink {
  readonly id: string
  readonly kinds: readonly string[]
  readonly systems: readonly string[]
  /** Changes between its cursor and the head of the log. */
  readonly behind: number
  readonly waiting: number
  /** `<record> <version>` of what the hub says that the receiver refused. */
  readonly refused: ReadonlySet<string>
}

/** All that is known after a round: two ledgers, and what PostgreSQL has. */
export interface Evidence {
  readonly driver: readonly DriverLine[]
  readonly receiver: readonly ReceiverLine[]
  readonly messages: readonly StoredMessage[]
  readonly versions: readonly StoredVersion[]
  readonly links: readonly StoredLink[]
  /** What was wrong and shows in no ledger: an answer that must not be, a process that ended by itself. */
  readonly incidents: readonly string[]
}

/** What must not be; each list is empty after a good round. */
export interface Findings {
  /** Acknowledged, and not stored. */
  readonly lost: string[]
  /** Stored, and never sent. */
  readonly phantom: string[]
  /** Stored twice. */
  readonly doubled: string[]
  /** Stored otherwise than it was sent, or delivered otherwise than it is stored. */
  readonly changed: string[]
  /** States of a record that are not stored in the order in which they were acknowledged. */
  readonly disordered: string[]
  /** Receipts in which received = accepted + unchanged + rejected does not hold, or that are not of what was sent. */
  readonly uncounted: string[]
  /** Sent, and without an answer to the end. */
  readonly unsettled: string[]
  /** Stored and subscribed, and neither taken nor refused by the receiver. */
  readonly missing: string[]
  /** Delivered, and not stored or not subscribed. */
  readonly foreign: string[]
  /** A version that came to a receiver for the first time after a later one of the same record. */
  readonly inverted: string[]
  /** Two events for one version, or one event for two. */
  readonly renamed: string[]
  readonly unsigned: string[]
  /** Links that are not at the head, and refusals that receiver and hub do not both know of. */
  readonly unnoticed: string[]
  readonly incidents: string[]
}

export interface Figures {
  readonly messages: number
  readonly acknowledged: number
  readonly unknown: number
  readonly refused: number
  readonly records: number
  /** Of them those that replays made. */
  readonly replayed: number
  /** Changes that came to a receiver that looked at them, and those of them that it had already. */
  readonly deliveries: number
  readonly duplicates: number
  readonly refusedAtReceivers: number
}

/** Compares what was sent, what is stored and what was delivered. Pure: it can be shown planted faults. */
export function check(evidence: Evidence): { readonly findings: Findings; readonly figures: Figures } {
  const findings = emptyFindings()
  findings.incidents.push(...evidence.incidents)
  const sends = readSends(evidence.driver)
  checkMessages(sends, evidence.messages, findings)
  checkVersions(sends, evidence.versions, findings)
  for (const link of evidence.links) checkLink(link, evidence, findings)
  const known = new Set(evidence.links.map(({ id }) => id))
  for (const { link, event } of evidence.receiver)
    if (!known.has(link)) findings.foreign.push(`${event} over the unknown link ${link}`)
  const outcomes = (what: DriverLine['what']) => evidence.driver.filter((line) => line.what === what).length
  const looked = evidence.receiver.filter(({ effect }) => effect !== 'not looked at')
  return {
    findings,
    figures: {
      messages: sends.size,
      acknowledged: [...sends.values()].filter(({ acked }) => acked).length,
      unknown: outcomes('UNKNOWN'),
      refused: outcomes('REFUSED'),
      records: evidence.versions.length,
      replayed: evidence.versions.filter(({ replayed }) => replayed).length,
      deliveries: looked.length,
      duplicates: looked.filter(({ effect }) => effect === 'known').length,
      refusedAtReceivers: evidence.links.reduce((sum, { refused }) => sum + refused.size, 0),
    },
  }
}

export const emptyFindings = (): Findings => ({
  lost: [],
  phantom: [],
  doubled: [],
  changed: [],
  disordered: [],
  uncounted: [],
  unsettled: [],
  missing: [],
  foreign: [],
  inverted: [],
  renamed: [],
  unsigned: [],
  unnoticed: [],
  incidents: [],
})

/** Names of the lists that are not empty. */
export const faultsIn = (findings: Findings): (keyof Findings)[] =>
  (Object.keys(findings) as (keyof Findings)[]).filter((name) => findings[name].length > 0)

interface Send extends SentLine {
  acked: boolean
  receipts: string[]
}

function readSends(lines: readonly DriverLine[]): Map<string, Send> {
  const sends = new Map<string, Send>()
  for (const line of lines) {
    if (line.what === 'SENT') {
      // Sent again after no answer, it is noted again.
      if (!sends.has(line.key)) sends.set(line.key, { ...line, acked: false, receipts: [] })
    } else if (line.what === 'ACKED') {
      const send = sends.get(line.key)
      if (!send) continue
      send.acked = true
      if (line.receipt !== null) send.receipts.push(line.receipt)
    }
  }
  return sends
}

function checkMessages(
  sends: ReadonlyMap<string, Send>,
  messages: readonly StoredMessage[],
  into: Findings,
): void {
  const stored = new Map(messages.map((message) => [message.key, message]))
  for (const { key } of messages) if (!sends.has(key)) into.phantom.push(`message ${key}`)
  for (const send of sends.values()) {
    const message = stored.get(send.key)
    if (!send.acked) {
      into.unsettled.push(send.key)
      continue
    }
    if (!message) {
      into.lost.push(`message ${send.key}`)
      continue
    }
    if (message.sha256 !== send.sha256 || message.sha256OfBytes !== send.sha256)
      into.changed.push(`bytes of ${send.key}`)
    for (const receipt of new Set(send.receipts))
      if (receipt !== message.receipt)
        into.doubled.push(`receipt ${receipt} of ${send.key}, stored as ${message.receipt}`)
    const { received, accepted, unchanged, rejected } = message
    if (message.state !== 'done' || received !== accepted + unchanged + rejected || received !== send.sources)
      into.uncounted.push(
        `${send.key}: ${send.sources} sent; ${message.state}: ${received} = ${accepted} + ${unchanged} + ${rejected}`,
      )
  }
}

/** A state that was sent, and whether one of its messages was acknowledged. */
interface Expected extends State {
  acked: boolean
}

function checkVersions(
  sends: ReadonlyMap<string, Send>,
  versions: readonly StoredVersion[],
  into: Findings,
): void {
  const expected = new Map<string, Map<string, Expected>>()
  for (const { states, acked } of sends.values()) {
    for (const state of states) {
      const ofRecord = expected.get(state.id) ?? new Map<string, Expected>()
      expected.set(state.id, ofRecord)
      const name = `${state.status} ${state.mark}`
      const before = ofRecord.get(name)
      if (before) before.acked ||= acked
      else ofRecord.set(name, { ...state, acked })
    }
  }
  const seen = new Map<string, Expected[]>()
  const mappedBy = new Map<string, string>()
  const inOrder = [...versions].sort((a, b) => (a.id === b.id ? a.version - b.version : a.id < b.id ? -1 : 1))
  for (const { id, version, status, mark, words, system, mapping, replayed } of inOrder) {
    // What the hub found or ordered by itself nobody sent; how it was delivered is compared like all else.
    if (system === OWN_SYSTEM) continue
    const place = `${id} ${version}`
    const state = expected.get(id)?.get(`${status} ${mark}`)
    if (!state) {
      into.phantom.push(place)
      continue
    }
    const ofRecord = seen.get(id) ?? []
    seen.set(id, ofRecord)
    if (state.words !== words) into.changed.push(`${place}: ${words} in the place of ${state.words}`)
    // The same state once more, mapped otherwise: by a replay, or of the same bytes that came again.
    const isAnew = replayed || (mappedBy.get(id) ?? mapping) !== mapping
    mappedBy.set(id, mapping)
    if (isAnew && ofRecord.at(-1) === state) continue
    if (replayed) {
      into.disordered.push(`${place}, which a replay made`)
      continue
    }
    if (ofRecord.includes(state)) into.doubled.push(place)
    else if ((ofRecord.at(-1)?.version ?? 0) > state.version) into.disordered.push(place)
    ofRecord.push(state)
  }
  for (const [id, ofRecord] of expected)
    for (const state of ofRecord.values())
      if (state.acked && !seen.get(id)?.includes(state))
        into.lost.push(`${id}: ${state.status} ${state.mark}`)
}

function checkLink(link: StoredLink, { receiver, versions }: Evidence, into: Findings): void {
  const subscribed = new Map(
    versions
      .filter(
        ({ kind, system }) =>
          (link.kinds.length === 0 || link.kinds.includes(kind)) &&
          (link.systems.length === 0 || link.systems.includes(system)),
      )
      .map((version) => [`${version.id} ${version.version}`, version]),
  )
  const eventOf = new Map<string, string>()
  const placeOf = new Map<string, string>()
  const taken = new Set<string>()
  const refused = new Set<string>()
  const newest = new Map<string, number>()
  for (const line of receiver) {
    if (line.link !== link.id) continue
    const place = `${line.id} ${line.version}`
    const version = subscribed.get(place)
    if (!version) into.foreign.push(`${place} over ${link.id}`)
    else if (
      version.mark !== line.mark ||
      version.words !== line.words ||
      (version.status === 'void') !== (line.operation === 'void')
    )
      into.changed.push(`${place} as delivered over ${link.id}`)
    if ((eventOf.get(place) ?? line.event) !== line.event) into.renamed.push(`${place} over ${link.id}`)
    if ((placeOf.get(line.event) ?? place) !== place) into.renamed.push(`${line.event} over ${link.id}`)
    const isFirst = !eventOf.has(place)
    eventOf.set(place, line.event)
    placeOf.set(line.event, place)
    if (!line.signed) into.unsigned.push(`${place} over ${link.id}`)
    const before = newest.get(line.id) ?? 0
    if (isFirst && line.version < before) into.inverted.push(`${place} after ${before} over ${link.id}`)
    newest.set(line.id, Math.max(before, line.version))
    if (line.effect === 'taken' || line.effect === 'known') taken.add(place)
    if (line.effect === 'refused') refused.add(place)
  }
  for (const place of subscribed.keys()) {
    if (!taken.has(place) && !refused.has(place)) into.missing.push(`${place} over ${link.id}`)
    if (refused.has(place) && !taken.has(place) && !link.refused.has(place))
      into.unnoticed.push(`${place} was refused over ${link.id}, and the hub does not say so`)
  }
  for (const place of link.refused)
    if (!refused.has(place)) into.unnoticed.push(`${place} counts as refused over ${link.id}, and was not`)
  if (link.behind > 0) into.unnoticed.push(`${link.id} is ${link.behind} changes behind`)
  if (link.waiting > 0) into.unnoticed.push(`${link.id} holds ${link.waiting} changes that wait`)
}
