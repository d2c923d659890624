import { type Reason, reasonOf } from '#core/mapping/words.ts'

const AGAIN = [
  'make the package again from its files, and carry it without opening it',
  '请用原文件重新制作离线包，搬运途中不要打开或修改。',
] as const
const IN_ORDER = [
  'bring the packages in the order of their numbers; see what became of the one that is missing',
  '请按编号顺序提交离线包，并查明缺失的一包。',
] as const

/** Why a package is refused as a whole, and how to mend it. */
export const PACKAGE_REASONS = {
  archive: reasonOf(['the archive cannot be read', '压缩包无法读取'], AGAIN),
  no_manifest: reasonOf(['there is no manifest.json', '缺少 manifest.json'], AGAIN),
  bad_manifest: reasonOf(['the manifest is none', '清单内容不符合格式'], AGAIN),
  no_signature: reasonOf(
    ['there is no signature of the kind that is wanted', '缺少要求的签名'],
    ['sign the package with the key of its system', '请用该系统的密钥签名。'],
  ),
  wrong_signature: reasonOf(
    [
      'the signature does not fit: the package is not from its system, or was changed',
      '签名不符：离线包不是该系统所制，或已被改动',
    ],
    ['compare the keys of both sides; make the package again', '请核对双方密钥，并重新制作离线包。'],
  ),
  other_system: reasonOf(
    ['the package is of another system', '离线包属于其他系统'],
    ['put it into the folder of its own system', '请放入其所属系统的目录。'],
  ),
  unknown_record: reasonOf(
    ['the package has a file of a record that is not taken here', '离线包含有此处不接收的记录类型'],
    ['compare the names of records with system.yaml', '请对照 system.yaml 核对记录名称。'],
  ),
  name: reasonOf(
    ['a name that is not allowed, or that comes twice', '文件名不允许或重复'],
    [
      'name files by letters, digits, ".", "_" and "-", each name once',
      '文件名只用字母、数字与“.”“_”“-”，且不得重复。',
    ],
  ),
  files: reasonOf(['the archive and its manifest name other files', '压缩包与清单中的文件不一致'], AGAIN),
  changed: reasonOf(['a file is not what the manifest says', '文件内容与清单不符'], AGAIN),
  large: reasonOf(
    ['a file is larger than may be read', '文件超过允许的大小'],
    ['put the rows into several files', '请拆分为多个文件。'],
  ),
  older: reasonOf(['a package that is older than the last one', '离线包早于最近一包'], IN_ORDER),
  gap: reasonOf(['packages before this one are missing', '此前的离线包缺失'], IN_ORDER),
  twin: reasonOf(['another package had this number', '已有另一离线包使用此编号'], IN_ORDER),
} as const satisfies Record<string, Reason>

export type PackageReason = keyof typeof PACKAGE_REASONS

/** A package that is refused as a whole, before anything was read of it. */
export class PackageRefused extends Error {
  override readonly name = 'PackageRefused'
  readonly why: PackageReason
  /** Name of a file, `manifest.json`, or a number; no content. */
  readonly at: string

  constructor(why: PackageReason, at: string, cause?: unknown) {
    super(refusalOf(why, at), cause === undefined ? undefined : { cause })
    this.why = why
    this.at = at
  }
}

/** In both languages: it stands as it is in the state of a channel, where nobody has said in which one it will be read. */
function refusalOf(why: PackageReason, at: string): string {
  const { reason, fix } = PACKAGE_REASONS[why]
  return `${reason.en} (at ${at}): ${fix.en} · ${reason.zh}（${at}）：${fix.zh}`
}
