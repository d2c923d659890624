import { type Reason, reasonOf } from './mapping/words.ts'

const AS_DBF = [
  'send the table itself, the .dbf file, with no byte changed on the way',
  '请发送 .dbf 数据表文件本身，传输中不得改动。',
] as const
const AGAIN = [
  'close the table in its program, copy the whole file and send it again',
  '请在原程序中关闭该表，复制完整文件后重新发送。',
] as const
const COLUMNS = [
  'export the table anew as dBase III or FoxPro, each column with a name of its own',
  '请重新导出为 dBase III 或 FoxPro 表，每列名称各不相同。',
] as const

/** Why a dBase table is refused, and how to mend it. */
export const DBF_REASONS = {
  empty: reasonOf(['the file is empty', '文件为空'], AGAIN),
  other: reasonOf(['not a dBase table', '不是 dBase 数据表'], AS_DBF),
  page: reasonOf(
    [
      'not a dBase table, but a web page or XML file that is named like one',
      '不是 dBase 数据表：改了扩展名的网页或 XML 文件',
    ],
    AS_DBF,
  ),
  packed: reasonOf(
    [
      'not a dBase table, but an archive or workbook that is named like one',
      '不是 dBase 数据表：压缩包或工作簿',
    ],
    AS_DBF,
  ),
  newer: reasonOf(
    ['a table of dBase 7, whose columns are written in another way', 'dBase 7 格式的数据表，列结构不同'],
    ['export the table as dBase III, dBase IV or FoxPro', '请导出为 dBase III、dBase IV 或 FoxPro 表。'],
  ),
  encrypted: reasonOf(
    ['the table is encrypted', '数据表已加密'],
    ['send the table without encryption', '请发送未加密的数据表。'],
  ),
  header_cut: reasonOf(['the file ends inside its header', '文件不完整：文件头被截断'], AGAIN),
  bad_column: reasonOf(['a column that cannot be told', '列定义无法识别'], COLUMNS),
  bad_name: reasonOf(['a column name that is not allowed', '列名不允许'], COLUMNS),
  same_name: reasonOf(['two columns have this name', '两列同名'], COLUMNS),
  many_columns: reasonOf(['more than 1000 columns', '超过 1000 列'], COLUMNS),
  lengths: reasonOf(['the columns are not as long together as a row', '各列长度之和与行长度不符'], COLUMNS),
  cut: reasonOf(['the file ends before its last row', '文件不完整：少于文件头所记的行数'], AGAIN),
  more: reasonOf(
    [
      'there are rows behind those that the header counts: its program had not ended writing',
      '文件头所记行数之后仍有数据：原程序尚未写完',
    ],
    AGAIN,
  ),
  bad_row: reasonOf(
    [
      'a row that is neither valid nor deleted: bytes are missing or too many before it',
      '行标记错误：此前的字节有缺失或多余',
    ],
    AGAIN,
  ),
} as const satisfies Record<string, Reason>

export type DbfReason = keyof typeof DBF_REASONS
