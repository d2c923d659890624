import { type Reason, reasonOf } from './mapping/words.ts'

const AS_XLSX = [
  'save it as an Excel workbook (.xlsx) without a password and send that file',
  '请另存为不加密的 Excel 工作簿（.xlsx）后发送。',
] as const
const AGAIN = [
  'open the file, save it again as .xlsx and send it whole',
  '请打开文件，重新保存为 .xlsx 后完整发送。',
] as const
const HEADINGS = [
  'put the names of the columns into the row that the interface document says, each name once',
  '请在接口文档规定的行填写列名，列名不得重复。',
] as const

/** Why a workbook or a table in it is refused, and how to mend it: what happens to files that people make and send. */
export const TABLE_REASONS = {
  text: reasonOf(
    ['not a workbook: a text such as CSV that is named like one', '不是工作簿：改了扩展名的 CSV 等文本文件'],
    AS_XLSX,
  ),
  page: reasonOf(
    [
      'not a workbook, but a web page or XML file that is named like one',
      '不是工作簿：改了扩展名的网页或 XML 文件',
    ],
    AS_XLSX,
  ),
  old: reasonOf(['a workbook of the format before 2007 (.xls)', '2007 年以前格式的工作簿（.xls）'], AS_XLSX),
  password: reasonOf(['the workbook is protected by a password', '工作簿已加密'], AS_XLSX),
  binary: reasonOf(['it is a binary workbook (.xlsb)', '二进制工作簿（.xlsb）'], AS_XLSX),
  word: reasonOf(['it is a Word document', 'Word 文档'], AS_XLSX),
  open_document: reasonOf(['it is an OpenDocument file', 'OpenDocument 文件'], AS_XLSX),
  no_workbook: reasonOf(['the archive holds no workbook', '压缩包中没有工作簿'], AS_XLSX),
  cut: reasonOf(
    ['the zip archive is cut', '文件不完整：压缩包被截断'],
    ['send the whole file again', '请重新发送完整文件。'],
  ),
  changed: reasonOf(
    ['the checksum is wrong: the file was changed on its way', '校验和不符：文件在传输中被改动'],
    AGAIN,
  ),
  packed: reasonOf(['the packed bytes are damaged', '压缩数据已损坏'], AGAIN),
  no_sheet: reasonOf(
    ['the workbook has no visible sheet', '工作簿没有可见的工作表'],
    ['send a sheet with rows', '请发送含数据行的工作表。'],
  ),
  no_title: reasonOf(
    ['no title row: the cell does not have the parts that it must have', '缺少标题行：单元格内容不全'],
    [
      'write the parts of the title with a blank between them, as the interface document says',
      '请按接口文档填写标题，各部分以空格分隔。',
    ],
  ),
  no_header: reasonOf(['no header row: the columns cannot be told', '缺少列名行，无法识别各列'], HEADINGS),
  bad_name: reasonOf(['a column name that is not allowed', '列名不允许'], HEADINGS),
  same_name: reasonOf(['two columns have this name', '两列同名'], HEADINGS),
  memory: reasonOf(
    ['it needs more memory than one workbook may have', '工作簿过大：超出可用内存'],
    [
      'send fewer rows in one workbook, without pictures and unused formats',
      '请拆分工作簿，并去掉图片与无用格式。',
    ],
  ),
  slow: reasonOf(
    ['it took too long to read', '工作簿过大：读取超时'],
    [
      'send fewer rows in one workbook, without pictures and unused formats',
      '请拆分工作簿，并去掉图片与无用格式。',
    ],
  ),
} as const satisfies Record<string, Reason>

export type TableReason = keyof typeof TABLE_REASONS
