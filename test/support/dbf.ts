import iconv from 'iconv-lite'

export interface WrittenColumn {
  readonly name: string
  readonly type: string
  readonly length: number
  readonly decimals?: number
  readonly flags?: number
}

/** A text, bytes for types that are binary, or null for blanks. */
export type WrittenValue = string | Buffer | null

export interface WrittenTable {
  readonly columns: readonly WrittenColumn[]
  readonly rows: readonly (readonly WrittenValue[])[]
  /** Numbers of rows, from 1, that are marked as deleted. */
  readonly deleted?: readonly number[]
  readonly version?: number
  readonly language?: number
  readonly encoding?: string
  /** Rows that the header counts; those that there are where not given. */
  readonly counted?: number
  /** What stands behind the last row. */
  readonly end?: Buffer
}

const BACKLINK_BYTES = 263

/** The bytes of a dBase table, as FoxPro and its kin write them. */
export function dbfBytes(table: WrittenTable): Buffer {
  const { rows, deleted = [], end = Buffer.from([0x1a]) } = table
  return Buffer.concat([
    dbfHeader(table),
    ...rows.map((row, i) => dbfRow(table, row, deleted.includes(i + 1))),
    end,
  ])
}

export function dbfHeader({ columns, rows, version = 0x03, language = 0x7a, ...more }: WrittenTable): Buffer {
  const isVisual = version >= 0x30 && version <= 0x32
  const header = Buffer.alloc(32 + 32 * columns.length + 1 + (isVisual ? BACKLINK_BYTES : 0))
  header.set([version, 124, 4, 15])
  header.writeUInt32LE(more.counted ?? rows.length, 4)
  header.writeUInt16LE(header.length, 8)
  header.writeUInt16LE(
    columns.reduce((sum, column) => sum + lengthOf(column), 1),
    10,
  )
  header[29] = language
  columns.forEach(({ name, type, length, decimals = 0, flags = 0 }, i) => {
    const at = 32 + 32 * i
    header.set(iconv.encode(name, more.encoding ?? 'gbk').subarray(0, 10), at)
    header.write(type, at + 11, 'latin1')
    header[at + 16] = length & 0xff
    header[at + 17] = length > 0xff ? length >> 8 : decimals
    header[at + 18] = flags
  })
  header[32 + 32 * columns.length] = 0x0d
  return header
}

export function dbfRow(
  { columns, encoding = 'gbk' }: Pick<WrittenTable, 'columns' | 'encoding'>,
  values: readonly WrittenValue[],
  isDeleted = false,
): Buffer {
  const cells = columns.map((column, i) => {
    const cell = Buffer.alloc(lengthOf(column), ' ')
    const value = values[i] ?? ''
    const bytes = typeof value === 'string' ? iconv.encode(value, encoding) : value
    const isRight = column.type === 'N' || column.type === 'F'
    bytes.copy(cell, isRight ? Math.max(cell.length - bytes.length, 0) : 0)
    return cell
  })
  return Buffer.concat([Buffer.from(isDeleted ? '*' : ' '), ...cells])
}

const lengthOf = ({ length }: WrittenColumn): number => length

/** Bytes of the binary types of FoxPro. */
export const binary = {
  whole(value: number): Buffer {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    return bytes
  },
  double(value: number): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    return bytes
  },
  money(tenThousandths: bigint): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(tenThousandths)
    return bytes
  },
  /** @param day Julian day */
  time(day: number, ms: number): Buffer {
    return Buffer.concat([binary.whole(day), binary.whole(ms)])
  },
}
