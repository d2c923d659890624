import Type, { type Static } from 'typebox'
import { field } from '#core/model/field.ts'
import { closed, name, path } from './field.ts'

const seconds = Type.Integer({ minimum: 0, maximum: 31_622_400 })

const FORMAT = Type.String({ minLength: 1, maxLength: 40 })

export const WatermarkSettings = field(
  Type.Object(
    {
      field: path(['Field', '字段'], ['Field of a row whose value grows', '行内递增的字段']),
      parameter: name(
        ['Lower bound', '下限参数'],
        ['Parameter that takes the value from which rows are given', '起始值的参数名'],
      ),
      until: Type.Optional(
        name(
          ['Upper bound', '上限参数'],
          ['Parameter that takes the time up to which rows are given', '截止时间的参数名'],
        ),
      ),
      format: field(
        FORMAT,
        ['Format', '格式'],
        [
          'As the field is written: iso, epoch-s, epoch-ms, number, or a pattern such as yyyy-MM-dd HH:mm:ss (time of China)',
          '字段的写法：iso、epoch-s、epoch-ms、number，或 yyyy-MM-dd HH:mm:ss 这样的样式（北京时间）',
        ],
      ),
      parameterFormat: Type.Optional(
        field(
          FORMAT,
          ['Format of the parameters', '参数格式'],
          ['That of the field where not given; iso-utc too', '默认与字段相同；另可用 iso-utc'],
        ),
      ),
      bound: Type.Optional(
        field(
          Type.Enum(['inclusive', 'exclusive']),
          ['Bound', '下限含义'],
          [
            'Whether a row with the very value is given; with exclusive the hub asks for one unit less',
            '等于下限的行是否给出；exclusive 时平台少问一个单位',
          ],
        ),
      ),
      order: Type.Optional(
        field(
          Type.Enum(['ascending', 'unordered']),
          ['Order', '顺序'],
          [
            'ascending (where not given): the value moves on with every page. unordered: only when all pages were read',
            'ascending（默认）：每页推进；unordered：全部页读完才推进',
          ],
        ),
      ),
      id: Type.Optional(
        path(
          ['Number of the row', '行标识'],
          [
            'Field that tells rows of one value apart; the whole row where not given',
            '区分同值行的字段；不填则比较整行',
          ],
        ),
      ),
      idParameter: Type.Optional(
        name(
          ['Number behind', '行标识参数'],
          [
            'Parameter that takes the number of the last row: of rows with the very value only those behind it are given. Needs the number of the row',
            '最后一行标识的参数名：与起始值相等的行只给出其后的；需填写行标识',
          ],
        ),
      ),
      overlap: Type.Optional(
        field(
          seconds,
          ['Overlap', '重叠'],
          [
            'How far before the last value the next reading begins, in seconds (of a number: so many); 300 where not given (number: 0)',
            '下次读取从最后值之前多少秒开始（number 为数值差），默认 300（number 为 0）',
          ],
        ),
      ),
      safetyLag: Type.Optional(
        field(
          seconds,
          ['Safety lag', '安全滞后'],
          [
            'Seconds before now that are not held to be complete yet; 60 where not given',
            '距现在多少秒内的数据视为尚未写完，默认 60',
          ],
        ),
      ),
      span: Type.Optional(
        field(
          Type.Integer({ minimum: 1, maximum: 31_622_400 }),
          ['Longest span', '最长区间'],
          ['Seconds that one query may cover; needs the upper bound', '单次查询最长秒数，需要上限参数'],
        ),
      ),
      start: Type.Optional(
        field(
          Type.String({ maxLength: 40 }),
          ['Start', '起点'],
          [
            'Value of the first reading, in the format of the field; without it the first reading has no lower bound',
            '首次读取的起始值，按字段格式；不填则首次不带下限',
          ],
        ),
      ),
    },
    closed,
  ),
  ['Watermark', '增量'],
  ['How only what is new is asked for', '如何只取新数据'],
)
export type WatermarkSettings = Static<typeof WatermarkSettings>
