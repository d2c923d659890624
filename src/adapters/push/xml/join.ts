import { sourceRecord } from '#adapters/push/record.ts'
import type { Issue } from '#core/issue.ts'
import type { SourceRecord, SourceValue, XmlJoin } from '#core/source.ts'
import { isPrecisionLost, normaliseCode } from '#core/text.ts'
import { fieldPath, rowPath, type XmlFields, type XmlRow } from './row.ts'

const BASE = 'base'
/** Bases without a detail that are remembered of a stream. */
const IDLE_MAX = 1000

/** A base element that no detail used. */
export interface Unjoined {
  readonly path: string
  readonly key: string
}

/** A base element that details of other messages may join. */
export interface BasePart {
  /** By which details find it: the normalised values, a line each. */
  readonly joinKey: string
  /** The same values as written, for people. */
  readonly key: string
  readonly path: string
  readonly fields: XmlFields
  /** Whether a detail of its own message used it. */
  readonly used: boolean
}

/** A detail element whose base is not in its message. */
export interface DetailPart {
  readonly joinKey: string
  readonly key: string
  readonly path: string
  readonly fields: XmlFields
}

/** What of a message may be joined with parts of other messages. */
export interface XmlParts {
  readonly bases: readonly BasePart[]
  /** By the place of their source record. */
  readonly alone: ReadonlyMap<number, DetailPart>
}

/** Parts that leave memory while a stream is read: details without a base, and bases beyond those that are kept. */
export interface ParkedParts {
  readonly alone: Map<number, DetailPart>
  readonly bases: BasePart[]
}

export const noParts = (): ParkedParts => ({ alone: new Map(), bases: [] })

/** The source record of a detail and a base, whichever messages they came in. */
export function joinedRecord(
  detail: Pick<DetailPart, 'path' | 'fields'>,
  base: Pick<BasePart, 'path' | 'fields'>,
  index: number,
  issues: readonly Issue[] = [],
): SourceRecord {
  const value: SourceValue = { ...detail.fields, [BASE]: base.fields }
  return sourceRecord(index, detail.path, value, placingIn(base.path), issues)
}

interface Base {
  readonly row: XmlRow
  readonly path: string
  readonly key: string
  used: boolean
  /** Another base with this key says something else. */
  contested: boolean
}

/** Joins details to their bases within one message: a base may be asked for before it has come. */
export class BaseJoin {
  private readonly on: readonly string[]
  private readonly bases = new Map<string, Base>()
  private readonly keyless: Unjoined[] = []
  private readonly parked: ParkedParts
  private readonly options: XmlJoin
  private readonly maxBases: number
  private forgotten = 0

  /**
   * @param maxBases bases that are kept at one time; where more come, the oldest is forgotten
   * @param parked where parts are put that leave memory; who reads a stream takes them out again
   */
  constructor(options: XmlJoin, maxBases = Number.POSITIVE_INFINITY, parked = noParts()) {
    this.parked = parked
    this.options = options
    this.maxBases = maxBases
    this.on = options.on.split(',').map((name) => name.trim())
  }

  /** Takes a base; gives its key. */
  add(row: XmlRow): string {
    const key = this.keyOf(row)
    const path = this.basePath(row)
    const earlier = this.bases.get(key)
    if (this.fault(row) !== null) this.idle({ path, key: this.rawKey(row) })
    else if (!earlier) {
      this.bases.set(key, { row, path, key: this.rawKey(row), used: false, contested: false })
      if (this.bases.size > this.maxBases) this.forgetOldest()
    } else if (JSON.stringify(earlier.row.fields) !== JSON.stringify(row.fields)) earlier.contested = true
    return key
  }

  private forgetOldest(): void {
    for (const [joinKey, base] of this.bases) {
      this.bases.delete(joinKey)
      this.forgotten++
      if (!base.used) this.idle({ path: base.path, key: base.key })
      const part = partOf(joinKey, base)
      if (this.options.park && part) this.parked.bases.push(part)
      return
    }
  }

  /** Notes a base that no detail will use; of a stream without end the first ones are enough. */
  private idle(base: Unjoined): void {
    if (this.keyless.length < IDLE_MAX || this.maxBases === Number.POSITIVE_INFINITY) this.keyless.push(base)
  }

  /** Key by which a detail finds its base. */
  keyOf(row: XmlRow): string {
    return this.on.map((name) => normaliseCode(textOf(row.fields[name]))).join('\n')
  }

  /** Whether the detail can be finished now: its base has come, or none can. */
  ready(row: XmlRow): boolean {
    return this.fault(row) !== null || this.bases.has(this.keyOf(row))
  }

  /** The source record of a detail, with its base or with the reason why it has none. */
  record(row: XmlRow, index: number, late?: string): SourceRecord {
    const path = rowPath(row)
    const fault = this.fault(row)
    const base = fault === null ? this.bases.get(this.keyOf(row)) : undefined
    if (base) base.used = true
    const issue = fault ?? (base ? this.contest(base) : this.noBase(row, late))
    const issues: Issue[] = [...row.issues, ...(base?.row.issues ?? []), ...(issue ? [issue] : [])]
    if (base)
      return joinedRecord(
        { path, fields: row.fields },
        { path: base.path, fields: base.row.fields },
        index,
        issues,
      )
    if (this.options.park && fault === null && row.issues.length === 0)
      this.parked.alone.set(index, {
        joinKey: this.keyOf(row),
        key: this.rawKey(row),
        path,
        fields: row.fields,
      })
    return sourceRecord(index, path, row.fields, fieldPath, issues)
  }

  /** What may be joined with parts of other messages; nothing where the mapping does not say so. */
  parts(): XmlParts | undefined {
    if (!this.options.park) return undefined
    const bases: BasePart[] = []
    for (const [joinKey, base] of this.bases) {
      const part = partOf(joinKey, base)
      if (part) bases.push(part)
    }
    return { bases, alone: this.parked.alone }
  }

  /** Bases that no detail used: nothing of them becomes a record. */
  unjoined(): Unjoined[] {
    const idle = [...this.bases.values()].filter((base) => !base.used)
    return [...this.keyless, ...idle.map(({ path, key }) => ({ path, key }))]
  }

  /** Why the key of a row cannot join anything; null where it can. */
  private fault(row: XmlRow): Issue | null {
    const values = this.on.map((name) => textOf(row.fields[name]).trim())
    const first = this.on[0] ?? ''
    const damaged = values.findIndex((value) => isPrecisionLost(value))
    if (damaged >= 0) {
      const path = fieldPath(rowPath(row), this.on[damaged] ?? first)
      const fix = 'send the code as text, not as a number of a spreadsheet'
      return { path, code: 'E_PRECISION_LOST', reason: 'the key went through a spreadsheet', fix }
    }
    if (values.some((value) => value !== '')) return null
    const path = this.on.length === 1 ? fieldPath(rowPath(row), first) : rowPath(row)
    return {
      path,
      code: 'E_NO_KEY',
      reason: `no value for ${this.on.join(', ')}`,
      fix: `send ${first} in each ${row.name}`,
    }
  }

  private noBase(row: XmlRow, late?: string): Issue {
    const { base } = this.options
    const path = this.on.length === 1 ? fieldPath(rowPath(row), this.on[0] ?? '') : rowPath(row)
    const same = this.on.join(', ')
    const missing =
      this.forgotten === 0
        ? `no ${base} with the same ${same} in the message`
        : `no ${base} with the same ${same} in the message, nor among the ${this.maxBases} before it`
    return { path, code: 'E_SCHEMA', reason: late ?? missing, fix: `send the ${base} in the same message` }
  }

  private contest(base: Base): Issue | null {
    if (!base.contested) return null
    const reason = `two different ${this.options.base} have this key`
    return { path: base.path, code: 'E_SCHEMA', reason, fix: 'send one of them' }
  }

  private basePath(row: XmlRow): string {
    const parts = this.on.map((name) => `${name}=${textOf(row.fields[name])}`)
    return `${row.name}[${parts.join(',')}]`
  }

  private rawKey(row: XmlRow): string {
    return this.on.map((name) => textOf(row.fields[name])).join(',')
  }
}

/** The part that a base is; null where it cannot be believed. */
const partOf = (joinKey: string, { row, path, key, used, contested }: Base): BasePart | null =>
  contested || row.issues.length > 0 ? null : { joinKey, key, path, fields: row.fields, used }

function placingIn(basePath: string) {
  return (path: string, field: string): string => {
    if (!(field === BASE || field.startsWith(`${BASE}.`))) return fieldPath(path, field)
    return field === BASE ? basePath : fieldPath(basePath, field.slice(BASE.length + 1))
  }
}

function textOf(value: SourceValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
