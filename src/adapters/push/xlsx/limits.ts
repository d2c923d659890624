const MIB = 1_048_576

/** Largest sheet of the format: rows and columns (ECMA-376; every program that writes it keeps to them). */
export const ROWS_MAX = 1_048_576
export const COLUMNS_MAX = 16_384

/** Parts that a workbook may have, and the length of its directory. A workbook of a hundred sheets has about 300 parts. */
export const PARTS_MAX = 10_000
export const DIRECTORY_MAX_BYTES = 4 * MIB

/** Largest workbook that is read as a file. */
export const FILE_MAX_BYTES = 256 * MIB

/** Bytes that come out of the compressed parts of one workbook, counted as they come. What the file says of them is not believed. */
export const INFLATED_MAX_BYTES = { message: 160 * MIB, file: 1024 * MIB } as const

/** From this much on, a part that grows more than so many times is a bomb. Sheets of nothing but empty cells grow about 60 times. */
export const RATIO_FROM_BYTES = 4 * MIB
export const RATIO_MAX = 250

/** Elements inside each other in a part; the deepest of a sheet is 7. */
export const DEPTH_MAX = 32
/** Characters without a tag between them, and of one tag. */
export const TAGLESS_MAX_CHARS = MIB

/** Longest text of a cell (the limit of the programs themselves). */
export const CELL_MAX_CHARS = 32_767

/** Shared texts: how many, and their characters together. 100,000 rows with ten texts of their own each are a million of 20. */
export const SHARED_MAX = 1_500_000
export const SHARED_MAX_CHARS = 32 * MIB

/** Cell formats of a workbook; the programs allow 65,490. */
export const FORMATS_MAX = 66_000

/** Cells of a sheet that are merged over several rows. */
export const MERGED_MAX = 10_000

/** Columns that have a value anywhere, and cells with one in a row. */
export const FIELDS_MAX = 1000

/**
 * What records may weigh: a cell its characters and 16 for itself. A shared text is stored once and may be in every cell, so that
 * the bytes of a workbook say little of what comes out of it. A ledger of 5,000 rows and 13 columns weighs 1.6 Mi.
 */
export const CELL_WEIGHT = 16
export const ROW_MAX_WEIGHT = MIB
export const RECORDS_MAX_WEIGHT = { message: 32 * MIB, file: Number.POSITIVE_INFINITY } as const
/** From this weight on a batch goes to its reader. */
export const BATCH_WEIGHT = MIB / 2
