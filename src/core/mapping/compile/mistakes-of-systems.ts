import { oneOf, type Sentence, words } from './mistake-parts.ts'

/** What can be wrong with a system.yaml. */
export const OF_SYSTEMS = {
  not_slug: ({ found }) =>
    words(
      [`"${found}" is no name of a system, record or channel`, `“${found}”不能作系统、记录或通道的名称`],
      [
        'Use lower-case letters, digits and hyphens, as in jiaxing-wholesale.',
        '请使用小写字母、数字与连字符，如 jiaxing-wholesale。',
      ],
    ),
  own_name: ({ found }) =>
    words(
      [`"${found}" is the hub itself`, `“${found}”是本平台自身的系统标识`],
      ['Give the system another name.', '请为该系统另取名称。'],
    ),
  canonical_name: ({ found }) =>
    words(
      [
        `"${found}" is the name of records that come as canonical ones (POST /v1/records): those of a mapping could have the same identifiers`,
        `“${found}”是规范记录（POST /v1/records）所用的名称，映射使用该名称会使记录标识相同`,
      ],
      ['Give the record another name, as in trade.', '请为该记录另取名称，如 trade。'],
    ),
  not_count: ({ found }) =>
    words(
      [`"${found}" is no count`, `“${found}”不是条数`],
      ['Write a whole number from 1 to 9999999, as in 500.', '请写 1 至 9999999 的整数，如 500。'],
    ),
  not_region: ({ found }) =>
    words(
      [`"${found}" is no code of a region`, `“${found}”不是行政区划代码`],
      [
        "Write the digits of GB/T 2260 of a county, city or province, as in '330825', '3308' or '33'.",
        "请填写县、市或省的行政区划代码（GB/T 2260），如 '330825'、'3308'、'33'。",
      ],
    ),
  not_content_type: ({ found }) =>
    words(
      [
        `"${found}" is no content type: nothing that is pushed is taken by it`,
        `“${found}”不是内容类型，推送不会按此接收`,
      ],
      [
        'Write it like application/json, text/xml or text/csv.',
        '写法如 application/json、text/xml、text/csv。',
      ],
    ),
  no_file: (parts) =>
    words(
      [
        `There is no mapping file "${parts.found}" beside this system.yaml: nothing can be pushed to the record`,
        `system.yaml 所在文件夹没有映射文件“${parts.found}”，该记录无法接收推送`,
      ],
      parts.meant
        ? oneOf(parts)
        : [`Add ${parts.found}, or take the record out.`, `请增加 ${parts.found}，或删去此记录。`],
    ),
  not_for_format: ({ found, wanted }) =>
    words(
      [
        `"${found}" has no place in an answer of the format ${wanted}`,
        `格式 ${wanted} 的应答没有“${found}”一项`,
      ],
      [
        'Take it out; a SOAP answer refuses with a fault by itself.',
        '请删去此项；SOAP 应答自动以 fault 表示拒绝。',
      ],
    ),
  needs_rows: () =>
    words(
      [
        'Something can stand around the list only in JSON that names its place',
        '只有 JSON 且指明列表位置时，列表外才能有内容',
      ],
      ['Write format: json and rows: body.items.', '请写 format: json 与 rows: body.items。'],
    ),
  bad_secret_name: ({ found }) =>
    words(
      [`"${found}" is not the name of a secret`, `“${found}”不是密钥名称`],
      [
        'Use letters and digits, as in sign; its value is set with PATCH /v1/systems/{id} and never stands in a file.',
        '请使用字母与数字，如 sign；密钥值通过 PATCH /v1/systems/{id} 设置，不写入文件。',
      ],
    ),
} as const satisfies Record<string, Sentence>
