import type { SourceRecord, SourceValue } from '#core/source.ts'
import { CELL_WEIGHT } from './limits.ts'
import type { TitleGroup } from './titles.ts'

/** Rows of a workbook that are held to be told at the last one, and what they may weigh: about 100 MB. More are not looked through. */
const ROWS_MAX = 20_000
const WEIGHT_MAX = 8 * 1_048_576

interface Gathered {
  readonly first: number
  readonly lines: SourceRecord[]
  weight: number
  cutAt?: string
}

/** Tells each row of sheets that are one whole where the first of them stands, and the last one all of them. */
export function wholeSheets() {
  const groups = new Map<string, Gathered>()
  let group: TitleGroup | null = null
  /** The last row of the sheet, which may be the last of all. */
  let held: SourceRecord | null = null
  let rows = 0
  let weight = 0

  const gatheredFrom = (key: string, first: number): Gathered => {
    const known = groups.get(key)
    if (known) return known
    const begun: Gathered = { first, lines: [], weight: 0 }
    groups.set(key, begun)
    return begun
  }
  const gather = (record: SourceRecord, key: string): void => {
    const into = gatheredFrom(key, record.index)
    const own = weightOf(record.value)
    if (into.cutAt !== undefined || rows >= ROWS_MAX || weight + own > WEIGHT_MAX) {
      into.cutAt ??= record.path
      return
    }
    into.lines.push(record)
    into.weight += own
    rows++
    weight += own
  }
  const closed = (key: string, record: SourceRecord, isAlone: boolean): SourceRecord => {
    const { first, lines, cutAt, weight: freed } = gatheredFrom(key, record.index)
    groups.delete(key)
    rows -= lines.length
    weight -= freed
    const cut = cutAt === undefined ? {} : { cutAt }
    return { ...record, whole: { first, lines, ...cut, ...(isAlone ? { alone: true as const } : {}) } }
  }

  return {
    /** A sheet begins. */
    begin(next: TitleGroup | null): void {
      group = next
    },
    /** A row of it. Gives what is known of the rows before it. */
    add(record: SourceRecord): SourceRecord | null {
      if (group === null) return record
      const before = held
      gather(record, group.key)
      held = { ...record, whole: { first: gatheredFrom(group.key, record.index).first } }
      return before
    },
    /**
     * It ends. Gives its last row, or what stands for it where it has none and is the last of its title.
     * @param alone makes that; null where the sheet is no such table, and tells nothing
     */
    end(alone: () => SourceRecord | null): SourceRecord | null {
      const ended = group
      const last = held
      group = null
      held = null
      if (!ended?.isLast) return last
      const told = last ?? alone()
      return told && closed(ended.key, told, last === null)
    },
  }
}

function weightOf(value: SourceValue): number {
  if (typeof value === 'string') return CELL_WEIGHT + value.length
  if (typeof value !== 'object' || value === null) return CELL_WEIGHT
  return Object.values(value).reduce<number>((sum, one) => sum + weightOf(one), CELL_WEIGHT)
}
