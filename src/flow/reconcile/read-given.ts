import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { parseDecimal } from '#core/decimal.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { recordId } from '#core/model/identity.ts'
import { isKind, KINDS } from '#core/model/kinds.ts'
import { isDigest } from '#core/reconcile/digest.ts'
import { ALL, atGrain, type Grain } from '#core/reconcile/grain.ts'
import { NO_HOUR, spanOf } from '#core/reconcile/hour.ts'
import { isCount } from '#core/reconcile/read-answers.ts'
import type { GivenFigures, GivenKey } from '#store/reconciliation-findings.ts'

/** What the other side has, as somebody says. */
export type Given =
  | { readonly side: 'figures'; readonly grain: readonly Grain[]; readonly figures: readonly GivenFigures[] }
  | { readonly side: 'keys'; readonly keys: readonly GivenKey[] }

type Row = Readonly<Record<string, unknown>>

export const GIVEN_MAX = 100_000
const FIGURES = ['kind', 'region', 'hour', 'day', 'count', 'mass', 'digest']
const KEYS = ['id', 'kind', 'record', 'key', 'version', 'mass']
const ISSUES_MAX = 20

/**
 * Reads figures or keys of the other side from CSV: columns `kind, region, hour` or `day`, `count, mass, digest`, of which `count` must be
 * there, or `id, version, mass`; a source may name its records by `kind, record, key` in place of `id`.
 * @throws HubError `unreadable_message` for a text that is no CSV, `invalid_request` with the rows at fault
 */
export function readGivenCsv(bytes: Uint8Array, system: string | null): Given {
  let rows: { readonly path: string; readonly value: Row; readonly issues: readonly Issue[] }[]
  try {
    const { records } = decode(bytes, { format: 'csv', csv: { delimiter: 'auto' }, maxRecords: GIVEN_MAX })
    rows = records.map(({ path, value, issues }) => ({ path, value: value as Row, issues }))
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    const { at: path, code, reason, fix } = error
    throw new HubError('unreadable_message', { detail: reason, issues: [{ path, code, reason, fix }] })
  }
  const broken = rows.flatMap(({ issues }) => issues)
  if (broken.length > 0) throw new HubError('invalid_request', { issues: broken.slice(0, ISSUES_MAX) })
  // An export that went wrong looks like this too, and everything would be sent again.
  if (rows.length === 0) throw invalid([NO_ROWS])
  const told = rows.map(({ path, value }) => ({ path, value: withoutBlanks(value) }))
  return readGiven(told, Object.keys(rows[0]?.value ?? {}), system)
}

/** The same from the members of a JSON body. */
export function readGivenJson(
  body: { readonly figures?: readonly Row[]; readonly keys?: readonly Row[] },
  system: string | null,
): Given | null {
  const { figures, keys } = body
  if (figures && keys) throw invalid([problem('/keys', 'give figures or keys, not both')])
  const rows = figures ?? keys
  if (!rows) return null
  const at = figures ? '/figures' : '/keys'
  const told = rows.map((value, i) => ({ path: `${at}/${i}`, value }))
  return readGiven(told, [...new Set(rows.flatMap((row) => Object.keys(row)))], system)
}

function readGiven(
  rows: readonly { readonly path: string; readonly value: Row }[],
  names: readonly string[],
  system: string | null,
): Given {
  const isFigures = names.includes('count')
  const known = isFigures ? FIGURES : KEYS
  const unknown = names.filter((name) => !known.includes(name))
  const issues = unknown.map((name) => problem(name, `no such column; there are ${known.join(', ')}`))
  if (!isFigures && !names.includes('id') && !['kind', 'record', 'key'].every((name) => names.includes(name)))
    issues.push(problem('', 'neither figures (count) nor keys (id, or kind, record and key)'))
  if (names.includes('hour') && names.includes('day')) issues.push(problem('day', 'hour or day, not both'))
  if (issues.length > 0) throw invalid(issues)
  const grain = (['kind', 'region', 'hour', 'day'] as const).filter((name) => names.includes(name))
  const figures: GivenFigures[] = []
  const keys: GivenKey[] = []
  for (const { path, value } of rows) {
    const read = isFigures ? figureOf(value) : keyOf(value, system)
    if ('reason' in read) issues.push(problem(`${path}, ${read.name}`, read.reason))
    else if ('count' in read) figures.push(read)
    else keys.push(read)
  }
  issues.push(...(isFigures ? twice(figures, grain) : otherwise(keys)))
  if (issues.length > 0) throw invalid(issues)
  return isFigures ? { side: 'figures', grain, figures } : { side: 'keys', keys }
}

interface Wrong {
  readonly name: string
  readonly reason: string
}
const wrong = (name: string, reason: string): Wrong => ({ name, reason })

function figureOf(row: Row): GivenFigures | Wrong {
  const { kind = ALL, region = ALL, hour, day, mass, digest = null } = row
  const count = numberOf(row['count'])
  if (typeof kind !== 'string' || (kind !== ALL && !isKind(kind)))
    return wrong('kind', `one of ${KINDS.join(', ')}`)
  if (typeof region !== 'string' || !/^(\d{6}|\*)?$/.test(region))
    return wrong('region', 'a code of six digits, or empty')
  const time = hour ?? day ?? ALL
  const length = hour === undefined ? 10 : 13
  if (
    typeof time !== 'string' ||
    !(time === ALL || time === NO_HOUR || (time.length === length && spanOf(time)))
  )
    return wrong(
      hour === undefined ? 'day' : 'hour',
      'a day such as 2024-04-15, an hour such as 2024-04-15T03, or empty',
    )
  if (!isCount(count)) return wrong('count', 'a whole number')
  const kilograms = massOf(mass)
  if (kilograms === undefined) return wrong('mass', 'kilograms as decimal text')
  if (digest !== null && !(typeof digest === 'string' && isDigest(digest)))
    return wrong('digest', '32 hexadecimal digits')
  return { kind, region, hour: time, count, mass: kilograms, digest }
}

function keyOf(row: Row, system: string | null): GivenKey | Wrong {
  const version = row['version'] === undefined || row['version'] === null ? null : numberOf(row['version'])
  const mass = massOf(row['mass'])
  if (version !== null && !(isCount(version) && version >= 1 && version <= 2_147_483_647))
    return wrong('version', 'a whole number from 1')
  if (mass === undefined) return wrong('mass', 'kilograms as decimal text')
  const id = idOf(row, system)
  return typeof id === 'string' ? { id, version, mass } : id
}

function idOf({ id, kind, record, key }: Row, system: string | null): string | Wrong {
  if (typeof id === 'string' && id !== '' && id.length <= 2000) return id
  if (id !== undefined) return wrong('id', 'an identifier of a record')
  if (system === null) return wrong('id', 'a receiver names records by their identifiers')
  if (typeof kind !== 'string' || !isKind(kind)) return wrong('kind', `one of ${KINDS.join(', ')}`)
  if (typeof record !== 'string' || record === '')
    return wrong('record', 'the name of a record of the system')
  if (typeof key !== 'string' || key === '') return wrong('key', 'the parts of the key, joined by a colon')
  return recordId(kind, system, record, key.split(':').map(decoded))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function massOf(mass: unknown): string | null | undefined {
  if (mass === undefined || mass === null) return null
  return typeof mass === 'string' ? (parseDecimal(mass) ?? undefined) : undefined
}

const numberOf = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value

/** An empty cell says nothing, but for a region and a time: records may have none. */
const withoutBlanks = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .map(([name, cell]) => [name, typeof cell === 'string' ? cell.trim() : cell] as const)
      .filter(([name, cell]) => cell !== '' || name === 'region' || name === 'hour' || name === 'day'),
  )

function twice(figures: readonly GivenFigures[], grain: readonly Grain[]): Issue[] {
  const seen = new Set<string>()
  return figures.flatMap((row) => {
    const { text } = atGrain(row, grain)
    if (!seen.has(text)) {
      seen.add(text)
      return []
    }
    return [problem(text, 'there are figures for this already')]
  })
}

/** Records that a list names more than once, in other versions: which of them the other side has, nobody could say. */
function otherwise(keys: readonly GivenKey[]): Issue[] {
  const first = new Map<string, GivenKey>()
  return keys.flatMap((key) => {
    const before = first.get(key.id)
    if (!before) {
      first.set(key.id, key)
      return []
    }
    const isSame = before.version === key.version && before.mass === key.mass
    return isSame ? [] : [problem(key.id, 'named before, with another version or mass')]
  })
}

const problem = (path: string, reason: string): Issue => ({ path, code: 'E_SCHEMA', reason })
const NO_ROWS = problem('', 'no rows: where the other side has nothing, say so by one row with the count 0')
const invalid = (issues: readonly Issue[]): HubError =>
  new HubError('invalid_request', { issues: issues.slice(0, ISSUES_MAX) })
