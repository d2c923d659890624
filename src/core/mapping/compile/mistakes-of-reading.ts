import { oneOf, type Sentence, words } from './mistake-parts.ts'

/** What can be wrong with `read:`, which says how the bytes of a message become records. */
export const OF_READING = {
  bad_cell: ({ found }) =>
    words(
      [`"${found}" is not a cell`, `“${found}”不是单元格`],
      ['Write a column and a row, as in A1.', '请写列与行，如 A1。'],
    ),
  two_rows: () =>
    words(
      ['Two rows of headings are that of the groups and the one below it', '两行表头应为分组行及其下一行'],
      ['Write the numbers of both rows, as in header: [2, 3].', '请写两行的行号，如 header: [2, 3]。'],
    ),
  title_below: ({ found }) =>
    words(
      [`The title ${found} does not stand above the headings`, `标题 ${found} 不在表头之上`],
      ['Say with "header" in which row the names of the columns stand.', '请用 header 写明列名所在的行。'],
    ),
  no_envelope: () =>
    words(
      ['Only a list inside a JSON document has members around it', '只有 JSON 文档内的列表才有外层字段'],
      [
        'Use it with format: json or form, and rows: the path of the list; a path leads to one value beside the list.',
        '请配合 format: json 或 form，以及 rows（列表路径）使用；路径应指向列表之外的单个值。',
      ],
    ),
  no_lines: ({ found }) =>
    words(
      [`"${found}" is not a list inside of each record of JSON`, `“${found}”不是每条 JSON 记录内的列表`],
      [
        'Use it with format: json, ndjson or form, and name the member of the record that is the list, as in lines: goods.',
        '请配合 format: json、ndjson 或 form 使用，填写记录中列表字段的名称，如 lines: goods。',
      ],
    ),
  not_in_envelope: (parts) =>
    words(
      [`read.envelope does not name "${parts.found}"`, `read.envelope 未列出“${parts.found}”`],
      parts.known?.length
        ? oneOf(parts)
        : [`Add it: envelope: [${parts.found}].`, `请补充 envelope: [${parts.found}]。`],
    ),
} as const satisfies Record<string, Sentence>
