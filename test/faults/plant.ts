import type { Evidence, Findings } from './check.ts'
import type { Random } from './random.ts'

/** A fault planted into the evidence of a good round, and the list in which `check` must find it. */
export interface Planted {
  readonly what: string
  readonly finds: keyof Findings
  /** Null where this evidence has nothing that could be spoiled so. */
  readonly spoil: (evidence: Evidence, random: Random) => Evidence | null
}

const without = <T>(list: readonly T[], one: T): T[] => list.filter((other) => other !== one)
const replaced = <T>(list: readonly T[], one: T, by: T): T[] =>
  list.map((other) => (other === one ? by : other))
const some = <T>(list: readonly T[], random: Random): T | null => (list.length > 0 ? random.pick(list) : null)

const newest = ({ versions }: Evidence) => {
  const last = new Map<string, number>()
  for (const { id, version } of versions) last.set(id, Math.max(last.get(id) ?? 0, version))
  return versions.filter(({ id, version }) => last.get(id) === version)
}
const sent = ({ versions }: Evidence) => versions.filter(({ replayed }) => !replayed)
const taken = ({ receiver }: Evidence) => receiver.filter(({ effect }) => effect === 'taken')

export const PLANTED: readonly Planted[] = [
  {
    what: 'a version is lost',
    finds: 'lost',
    spoil: (evidence, random) => {
      const one = some(newest({ ...evidence, versions: sent(evidence) }), random)
      return one && { ...evidence, versions: without(evidence.versions, one) }
    },
  },
  {
    what: 'a message is lost',
    finds: 'lost',
    spoil: (evidence, random) => {
      const one = some(evidence.messages, random)
      return one && { ...evidence, messages: without(evidence.messages, one) }
    },
  },
  {
    what: 'a version is stored twice',
    finds: 'doubled',
    spoil: (evidence, random) => {
      const one = some(newest(evidence), random)
      const twice = one && { ...one, version: one.version + 1, replayed: false }
      return twice && { ...evidence, versions: [...evidence.versions, twice] }
    },
  },
  {
    what: 'a message is stored under another receipt than was told',
    finds: 'doubled',
    spoil: (evidence, random) => {
      const told = new Set(
        evidence.driver.flatMap((line) => (line.what === 'ACKED' && line.receipt ? [line.key] : [])),
      )
      const one = some(
        evidence.messages.filter(({ key }) => told.has(key)),
        random,
      )
      return (
        one && {
          ...evidence,
          messages: replaced(evidence.messages, one, { ...one, receipt: `${one.receipt}'` }),
        }
      )
    },
  },
  {
    what: 'a version is stored that nobody sent',
    finds: 'phantom',
    spoil: (evidence, random) => {
      const one = some(evidence.versions, random)
      return one && { ...evidence, versions: [...evidence.versions, { ...one, id: `${one.id}x` }] }
    },
  },
  {
    what: 'a byte of a message is changed',
    finds: 'changed',
    spoil: (evidence, random) => {
      const one = some(evidence.messages, random)
      const other = one?.sha256OfBytes.startsWith('0') ? '1' : '0'
      return (
        one && {
          ...evidence,
          messages: replaced(evidence.messages, one, {
            ...one,
            sha256OfBytes: other + one.sha256OfBytes.slice(1),
          }),
        }
      )
    },
  },
  {
    what: 'a record is stored with words of another',
    finds: 'changed',
    spoil: (evidence, random) => {
      const one = some(evidence.versions, random)
      return (
        one && { ...evidence, versions: replaced(evidence.versions, one, { ...one, words: `${one.words}'` }) }
      )
    },
  },
  {
    what: 'a record is delivered with words of another',
    finds: 'changed',
    spoil: (evidence, random) => {
      const one = some(evidence.receiver, random)
      return (
        one && { ...evidence, receiver: replaced(evidence.receiver, one, { ...one, mark: `${one.mark}1` }) }
      )
    },
  },
  {
    what: 'two versions of a record have changed places',
    finds: 'disordered',
    spoil: (evidence, random) => {
      const second = some(
        evidence.versions.filter(({ version, status }) => version === 2 && status === 'active'),
        random,
      )
      const first = evidence.versions.find(({ id, version }) => id === second?.id && version === 1)
      if (!second || !first) return null
      const swapped = [
        { ...first, version: 2 },
        { ...second, version: 1 },
      ]
      return { ...evidence, versions: [...without(without(evidence.versions, first), second), ...swapped] }
    },
  },
  {
    what: 'a replay brings an earlier state back',
    finds: 'disordered',
    spoil: (evidence, random) => {
      const last = some(
        newest(evidence).filter(({ version, status }) => version > 1 && status === 'active'),
        random,
      )
      const first = evidence.versions.find(
        ({ id, mark, status }) => id === last?.id && status === 'active' && mark !== last.mark,
      )
      if (!last || !first) return null
      const back = { ...first, version: last.version + 1, replayed: true }
      return { ...evidence, versions: [...evidence.versions, back] }
    },
  },
  {
    what: 'a source record vanishes from a receipt',
    finds: 'uncounted',
    spoil: (evidence, random) => {
      const one = some(
        evidence.messages.filter(({ accepted }) => accepted > 0),
        random,
      )
      return (
        one && {
          ...evidence,
          messages: replaced(evidence.messages, one, { ...one, accepted: one.accepted - 1 }),
        }
      )
    },
  },
  {
    what: 'a sender was never answered',
    finds: 'unsettled',
    spoil: (evidence, random) => {
      const one = some(evidence.messages, random)
      return (
        one && {
          ...evidence,
          driver: evidence.driver.filter((line) => line.what !== 'ACKED' || line.key !== one.key),
        }
      )
    },
  },
  {
    what: 'a version is missing at a receiver',
    finds: 'missing',
    spoil: (evidence, random) => {
      const one = some(taken(evidence), random)
      return one && { ...evidence, receiver: evidence.receiver.filter(({ event }) => event !== one.event) }
    },
  },
  {
    what: 'a receiver is sent what it did not subscribe to',
    finds: 'foreign',
    spoil: (evidence, random) => {
      const one = some(taken(evidence), random)
      return (
        one && {
          ...evidence,
          receiver: [...evidence.receiver, { ...one, id: `${one.id}x`, event: `${one.event}x` }],
        }
      )
    },
  },
  {
    what: 'a version comes to a receiver after a later one',
    finds: 'inverted',
    spoil: (evidence) => {
      const second = taken(evidence).find(({ version }) => version === 2)
      const earlier = evidence.receiver.filter(
        ({ link, id, version }) => link === second?.link && id === second.id && version === 1,
      )
      if (!second || earlier.length === 0) return null
      const rest = evidence.receiver.filter((line) => !earlier.includes(line))
      return { ...evidence, receiver: [...rest, ...earlier] }
    },
  },
  {
    what: 'a version comes again under another event',
    finds: 'renamed',
    spoil: (evidence, random) => {
      const one = some(taken(evidence), random)
      return one && { ...evidence, receiver: [...evidence.receiver, { ...one, event: `${one.event}x` }] }
    },
  },
  {
    what: 'a request is not signed',
    finds: 'unsigned',
    spoil: (evidence, random) => {
      const one = some(evidence.receiver, random)
      return one && { ...evidence, receiver: replaced(evidence.receiver, one, { ...one, signed: false }) }
    },
  },
  {
    what: 'the hub counts as refused what was not',
    finds: 'unnoticed',
    spoil: (evidence, random) => {
      const link = some(evidence.links, random)
      const one = some(
        taken(evidence).filter((line) => line.link === link?.id),
        random,
      )
      if (!link || !one) return null
      const refused = new Set([...link.refused, `${one.id} ${one.version}`])
      return { ...evidence, links: replaced(evidence.links, link, { ...link, refused }) }
    },
  },
  {
    what: 'a refusal is not kept',
    finds: 'unnoticed',
    spoil: (evidence, random) => {
      const link = some(
        evidence.links.filter(({ refused }) => refused.size > 0),
        random,
      )
      if (!link) return null
      const refused = new Set([...link.refused].slice(1))
      return { ...evidence, links: replaced(evidence.links, link, { ...link, refused }) }
    },
  },
  {
    what: 'a link stands still',
    finds: 'unnoticed',
    spoil: (evidence, random) => {
      const link = some(evidence.links, random)
      return link && { ...evidence, links: replaced(evidence.links, link, { ...link, behind: 1 }) }
    },
  },
]
