/**
 * Chinese twins of what is said of bytes that cannot be read, and of how to mend it: `$1` stands for what differs from message to
 * message, such as a number of columns or a name.
 */
const TWINS: readonly (readonly [en: string, zh: string])[] = [
  ['the body is empty', '报文为空'],
  ['send the records in the body', '请在请求体中发送记录'],
  ['an error page of a proxy instead of $1', '收到的是代理服务器的错误页，而不是 $1'],
  ['send the $1 document', '请发送 $1 文档'],
  ['XML instead of JSON', '收到的是 XML，而不是 JSON'],
  ['send one whole JSON document (RFC 8259)', '请发送一份完整的 JSON 文档（RFC 8259）'],
  ['send the whole message again', '请重新发送完整报文'],
  ['send the document as the interface describes it', '请按接口文档的结构发送'],
  ['the JSON ends inside a record', 'JSON 在一条记录中间中断'],
  ['the JSON ends before its last bracket', 'JSON 缺少结尾括号'],
  ['the JSON is nested too deep', 'JSON 嵌套过深'],
  ['nested too deep', '嵌套过深'],
  ['send records that are at most 64 levels deep', '记录嵌套不得超过 64 层'],
  ['a control character inside a text', '文本中含有控制字符'],
  ['an escape that JSON does not have', '含有 JSON 不支持的转义'],
  ['$1 after the end of the JSON', 'JSON 结束之后还有 $1'],
  ['$1 where the JSON needs something else', '此处不应出现 $1'],
  ['not an object', '不是对象'],
  ['send each record as an object', '请将每条记录作为对象发送'],
  ['not a list', '不是列表'],
  ['the list of lines is empty', '明细列表为空'],
  ['send the lines as a list of objects, at least one', '明细应为对象列表，且至少一条'],
  ['neither a list nor an object', '既不是列表也不是对象'],
  ['send a list of objects, or one object', '请发送对象列表或单个对象'],
  ['$1 is missing', '缺少 $1'],
  [
    '$1 does not stand before the list, and a message of this size is read as it comes',
    '$1 未写在列表之前，而大报文是边收边读的',
  ],
  [
    'send $1 before the list, or fewer records in one message',
    '请将 $1 写在列表之前，或减少每次发送的记录数',
  ],
  ['the line is cut', '该行被截断'],
  ['the line is not JSON from column $1 on', '该行自第 $1 列起不是 JSON'],
  ['send each record as one whole line of JSON', '请将每条记录写成完整的一行 JSON'],
  ['the line has more than $1 characters', '该行超过 $1 个字符'],
  ['send each record as one line', '请将每条记录单独写成一行'],
  ['the bytes of the line are neither UTF-8 nor GB 18030', '该行字节既不是 UTF-8 也不是 GB 18030'],
  ['send the line in UTF-8, with no byte changed on the way', '请以 UTF-8 发送该行，传输中不得改动字节'],
  ['the text is UTF-8 with damaged bytes', '文本为 UTF-8，但有字节损坏'],
  ['the bytes are neither UTF-8 nor $1', '字节既不是 UTF-8 也不是 $1'],
  [
    'send the text in UTF-8 or GB 18030, with no byte changed on the way',
    '请以 UTF-8 或 GB 18030 发送，传输中不得改动字节',
  ],
  ['a number with more digits than numbers keep', '数值位数超出可精确表示的范围'],
  ['send codes as text between quotation marks', '编码请作为带引号的文本发送'],
  ['the row is cut: $1 of $2 columns', '该行被截断：应有 $2 列，只有 $1 列'],
  ['$1 columns instead of $2', '该行有 $1 列，应为 $2 列'],
  [
    'send a cell for each column; put cells that hold the delimiter in quotes',
    '每列都应有单元格；含分隔符的单元格请加引号',
  ],
  ['NUL in the cell', '单元格中含有 NUL 字符'],
  ['send whole characters only', '请只发送完整字符'],
  ['no header row: the columns cannot be told', '没有列名行，无法判断各列'],
  ['send the title row first, with a name for each column', '首行应为列名，每列均须有名称'],
  ['a column name that is not allowed', '列名不可使用'],
  ['two columns have this name', '有两列同名'],
  ['more than $1 columns', '超过 $1 列'],
  ['send fewer columns', '请减少列数'],
  ['a quotation mark is opened and never closed', '引号未闭合'],
  ['the text is not CSV', '文本不是 CSV'],
  ['close each quotation mark, and write one inside a cell twice', '引号须成对；单元格内的引号请写两次'],
  ['more than $1 records, $2 is the most in one post', '记录超过 $1 条，每次最多 $2 条'],
  ['$1 records, $2 is the most in one post', '共 $1 条记录，每次最多 $2 条'],
  ['send at most $1 at once', '每次最多发送 $1 条'],
  ['the file has more than $1 bytes', '文件超过 $1 字节'],
  ['send fewer rows in one file', '请减少每个文件的行数'],
  ['the XML ends inside $1', 'XML 在 $1 中间中断'],
  ['a document type declaration is not allowed', '不允许文档类型声明'],
  ['send the document without <!DOCTYPE …>', '请去掉 <!DOCTYPE …>'],
  ['send well-formed XML 1.0', '请发送格式正确的 XML 1.0'],
  ['a & that begins no entity', '& 未构成实体'],
  ['write & as &amp; in texts', '文本中的 & 请写作 &amp;'],
  ['post the file to the record that it is for', '请发送到对应的记录地址'],
  ['the field is empty', '字段为空'],
  ['the form has no field $1', '表单缺少字段 $1'],
  ['the form has the field $1 twice', '表单字段 $1 出现两次'],
  ['send the JSON in $1', '请在 $1 中发送 JSON'],
  ['the form value ends inside the JSON', '表单值在 JSON 中间中断'],
]

const EXACT = new Map(TWINS.filter(([en]) => !en.includes('$')))

const PATTERNS = TWINS.filter(([en]) => en.includes('$')).map(([en, zh]) => {
  const escaped = en.split(/\$\d/u).map((text) => text.replace(/[()*+.?[\\\]^{|}]/gu, '\\$&'))
  return { pattern: new RegExp(`^${escaped.join('(.{1,200})')}$`, 'u'), zh }
})

/** The Chinese twin of a reason or fix of the readers of bytes; undefined where there is none. */
export function chineseOfDecoding(english: string): string | undefined {
  const exact = EXACT.get(english)
  if (exact !== undefined) return exact
  for (const { pattern, zh } of PATTERNS) {
    const found = pattern.exec(english)
    if (found) return zh.replace(/\$(\d)/gu, (_, number: string) => found[Number(number)] ?? '')
  }
  return undefined
}
