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
  whole_no_lines: () =>
    words(
      [
        'Only a list inside each record, or sheets with a title, are told as a whole, and "read.lines" names no list',
        '只有每条记录内的列表或带标题的工作表才可整单报送，而“read.lines”未指明列表',
      ],
      [
        'Add lines: the name of the list to read, name parts of the title of a workbook, as in whole: [title.stall, title.month], or take "whole" out: of other rows nobody can tell whether all have come.',
        '请在 read 中补充 lines（列表字段名），或写工作簿标题的各部分，如 whole: [title.stall, title.month]，或删去 whole：其他表格的行无从判断是否已到齐。',
      ],
    ),
  whole_not_key: () =>
    words(
      [
        'The key of a line must have all parts of "whole", and more of its own',
        '明细的 key 须含 whole 的各部分，并另有其他部分',
      ],
      [
        'Write them alike in both, as in key: [base.orderNo, lineNo] and whole: [base.orderNo].',
        '请在两处写法一致，如 key: [base.orderNo, lineNo] 与 whole: [base.orderNo]。',
      ],
    ),
  whole_no_title: (parts) =>
    words(
      [
        `"${parts.found}" is no part of the title of a workbook (read.xlsx.title)`,
        `“${parts.found}”不是工作簿标题（read.xlsx.title）的组成部分`,
      ],
      parts.known?.length
        ? oneOf(parts)
        : [
            'Name the parts of the title in read.xlsx: title: { cell: A1, parts: [market, stall, month] }.',
            '请在 read.xlsx 中列出标题的各部分：title: { cell: A1, parts: [market, stall, month] }。',
          ],
    ),
  whole_other_key: () =>
    words(
      [
        'The key of a row must have a part of "whole": without it a row cannot be found that was in another sheet',
        '行的 key 须含 whole 的某一部分，否则无法找到曾在其他工作表中的行',
      ],
      [
        'Write it alike in both, as in key: [title.stall, day, no] and whole: [title.stall, title.month].',
        '请在两处写法一致，如 key: [title.stall, day, no] 与 whole: [title.stall, title.month]。',
      ],
    ),
  whole_hidden: () =>
    words(
      [
        'With "whole" hidden rows cannot be left out: a filter would end the rows that it hides',
        '使用 whole 时不可略过隐藏行：筛选会使被隐藏的行作废',
      ],
      ['Take "hiddenRows" or "whole" out.', '请删去 hiddenRows 或 whole。'],
    ),
  whole_of_line: ({ found }) =>
    words(
      [`"${found}" is a field of a line, not of the order around it`, `“${found}”是明细的字段，不属于整单`],
      [
        'Name fields of the record around the list, as in whole: [base.orderNo].',
        '请写列表之外的字段，如 whole: [base.orderNo]。',
      ],
    ),
  whole_optional: () =>
    words(
      ['No part of "whole" may be missing', 'whole 的任何部分都不可缺失'],
      [
        'Take "optional" from it: orders without a number would end the lines of each other.',
        '请去掉 optional：没有单号的订单会互相作废对方的明细。',
      ],
    ),
  whole_order: ({ found }) =>
    words(
      [
        `With "whole" the order is that of the record around the list, and "${found}" is a field of a line`,
        `使用 whole 时 order 应取自列表之外，而“${found}”是明细的字段`,
      ],
      [
        'Name a field of the record around the list, as in order: base.updateTime, or take "whole" out.',
        '请写列表之外的字段，如 order: base.updateTime，或删去 whole。',
      ],
    ),
  whole_nothing: () =>
    words(
      [
        'Each record has a key of its own, which several lines may share: none ends because a line is told no more',
        '所有记录都有自己的 key，可由多条明细共用：不会因某条明细不再报送而作废',
      ],
      [
        'Take "whole" out, or leave a record the key of its line.',
        '请删去 whole，或让其中一种记录沿用明细的 key。',
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
