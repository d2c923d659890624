import type { FindingCode } from './finding.ts'

const both = (en: string, zh: string) => ({ en, zh })

/** What a finding means. */
export const FINDING_WORDS: Readonly<Record<FindingCode, { readonly en: string; readonly zh: string }>> = {
  head_missing: both('a sealed batch is gone', '已封存的批次缺失'),
  head_altered: both('the row of the head is not what was sealed', '日志头的内容与封存时不符'),
  tree_altered: both('the head does not follow from the ones before it', '日志头与此前各批次不衔接'),
  signature_wrong: both('the head does not bear the signature of its key', '日志头签名不符'),
  key_unknown: both('nothing that was sealed before vouches for this key', '该签名密钥未经此前日志认可'),
  leaves_missing: both('the hashes of the batch are gone', '批次的叶摘要缺失'),
  leaves_altered: both('the hashes of the batch do not give its root', '批次的叶摘要与根不符'),
  row_altered: both('the row is not what was sealed, or stands elsewhere', '该行与封存内容或次序不符'),
  row_missing: both('rows that were sealed are gone', '已封存的行缺失'),
  row_inserted: both('the row was not there when it would have been sealed', '该行系事后插入'),
  bytes_altered: both('the bytes are not those that were received', '原始字节与接收时不符'),
  setting_altered: both(
    'the setting is not as its last entry of the log says',
    '设置与日志中最后一次变更不符',
  ),
  anchor_altered: both('the line is no head that this hub signed', '该行不是本平台签名的日志头'),
  anchor_missing: both('heads before this line are gone from the file', '文件中此行之前的日志头缺失'),
  truncated: both(
    'the database ends before a head that was given away',
    '数据库早于已对外锚定的日志头而终止',
  ),
  forked: both('the database has another head than was given away', '数据库与已对外锚定的日志头不一致'),
}
