import Type from 'typebox'
import { listOf } from '#api/page.ts'
import { field } from '#core/model/field.ts'
import { KINDS } from '#core/model/kinds.ts'
import { component, text } from './fields.ts'

export const RecordPage = field(listOf('records', 'CanonicalRecord'), ['Records', '规范记录列表'])

export const VersionPage = field(
  listOf('versions', 'CanonicalRecord'),
  ['Versions of a record', '记录的各版本'],
  ['Newest first', '新版本在前'],
)

export const Change = field(
  Type.Object({
    event: text(
      ['Event', '事件号'],
      ['The same for a record and version, always', '同一记录同一版本恒定不变'],
    ),
    operation: field(Type.Enum(['upsert', 'void']), ['Operation', '操作']),
    kind: field(Type.Enum([...KINDS]), ['Kind', '类型']),
    id: text(['Record', '记录标识']),
    version: field(Type.Integer({ minimum: 1 }), ['Version', '版本']),
    record: component('CanonicalRecord'),
    outOfSight: Type.Optional(
      field(
        Type.Literal(true),
        ['Out of sight', '已移出可见范围'],
        [
          'The record was corrected to a region that the key does not see: what was read of it is no longer so. `record` is its last version that the key sees, as void and under the number of the correction',
          '记录已更正到密钥不可见的区划，此前读到的内容不再成立；record 为密钥可见的最后版本，标为作废，版本号为更正的版本号',
        ],
      ),
    ),
    problem: Type.Optional(
      field(
        Type.Object({ code: text(['Code', '代码']), detail: text(['Detail', '详情']) }),
        ['Problem', '问题'],
        [
          'Why the mapping of the link cannot write it; `record` is null then',
          '链路映射无法生成该变更的原因，此时 record 为 null',
        ],
      ),
    ),
  }),
  ['Change', '变更'],
)

export const ChangePage = field(
  Type.Object({
    changes: Type.Array(component('Change')),
    next: text(
      ['Cursor', '游标'],
      ['Given on an empty page too: keep it and ask again', '空页也返回，保存后可继续查询'],
    ),
  }),
  ['Changes', '变更列表'],
  ['In the order of their commits', '按提交顺序'],
)
