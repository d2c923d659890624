import { type Static, Type } from 'typebox'
import { PackageSettings } from '#adapters/files/package/settings.ts'
import { placeProperties } from '#adapters/files/places/settings.ts'
import { field } from '#core/model/field.ts'

const NAMES_MAX = 50
const fileName = Type.String({ minLength: 1, maxLength: 200 })
const folderName = Type.String({ minLength: 1, maxLength: 500 })

const NameSchema = Type.Object(
  {
    name: field(
      fileName,
      ['Pattern of the name', '文件名模式'],
      [
        'Such as {dataset}_{node}_{date:yyyyMMdd}*.xml; {dataset} is one of `records`, * any characters, {name:digits} digits',
        '例如 {dataset}_{node}_{date:yyyyMMdd}*.xml；{dataset} 为 records 中的名称，* 为任意字符，{name:digits} 为数字',
      ],
    ),
    record: Type.Optional(
      field(
        Type.String({ minLength: 1, maxLength: 100 }),
        ['Record', '记录类型'],
        ['Record of the system that the file is of; else by its dataset', '文件对应的记录类型；缺省按数据集'],
      ),
    ),
    contentType: Type.Optional(
      field(
        Type.String({ pattern: '^[a-z]+/[A-Za-z0-9.+-]+$', maxLength: 100 }),
        ['Content type', '内容类型'],
        ['Where the extension does not tell it', '扩展名无法判断时填写'],
      ),
    ),
  },
  { additionalProperties: false },
)
export type NameSetting = Static<typeof NameSchema>

/** Settings of files as a source. */
export const FilesSettings = Type.Object(
  {
    ...placeProperties,
    files: field(
      Type.Array(NameSchema, { minItems: 1, maxItems: NAMES_MAX }),
      ['Files', '文件'],
      [
        'Names of the files that are read, the first that fits counts; others are left alone',
        '读取的文件名，以先匹配者为准；其余文件不动',
      ],
    ),
    members: Type.Optional(
      field(
        Type.Array(NameSchema, { minItems: 1, maxItems: NAMES_MAX }),
        ['Members of archives', '压缩包成员'],
        [
          'Names of files inside zip archives; without it all whose extension is known',
          'zip 压缩包内的文件名；不填则为扩展名可识别的全部成员',
        ],
      ),
    ),
    records: Type.Optional(
      field(
        Type.Record(
          Type.String({ pattern: '^[^\\s/\\\\{}*?]{1,100}$' }),
          Type.String({ minLength: 1, maxLength: 100 }),
        ),
        ['Records by dataset', '数据集与记录类型'],
        ['Which record of the system a {dataset} is', '{dataset} 对应的记录类型'],
      ),
    ),
    finished: field(
      Type.Enum(['stable', 'marker', 'rename'], { default: 'stable' }),
      ['Finished when', '完成标志'],
      [
        'stable: size and time do not change any more; marker: a file of the same name and `marker` is there; rename: it has no temporary name',
        'stable：大小与时间不再变化；marker：存在同名加 marker 后缀的文件；rename：不是临时文件名',
      ],
    ),
    stableSeconds: field(
      Type.Integer({ minimum: 1, maximum: 86_400, default: 10 }),
      ['Unchanged for (seconds)', '不变时长（秒）'],
      ['Between two looks at a file, for `stable`', 'stable 方式下两次查看之间的时长'],
    ),
    marker: field(
      Type.String({ pattern: '^[^\\s/\\\\]{1,40}$', default: '.ok' }),
      ['Marker', '标志后缀'],
      ['What the name of a marker has behind that of its file, for `marker`', 'marker 方式下标志文件的后缀'],
    ),
    temporary: field(
      Type.Array(Type.String({ pattern: '^[^\\s/\\\\]{1,40}$' }), {
        maxItems: 20,
        default: ['.tmp', '.temp', '.part', '.filepart', '.uploading'],
      }),
      ['Temporary names', '临时文件名'],
      [
        'Beginnings and ends of names that are not finished; hidden files never are',
        '未完成文件名的前缀或后缀；隐藏文件一律不读',
      ],
    ),
    order: field(
      Type.Enum(['mtime', 'name', 'date'], { default: 'mtime' }),
      ['Order', '顺序'],
      [
        'By the time of the last change, the name, or the date in the name',
        '按修改时间、文件名或文件名中的日期',
      ],
    ),
    after: field(
      Type.Enum(['leave', 'archive', 'delete'], { default: 'leave' }),
      ['After reading', '读取之后'],
      [
        'What is done with a file once it is stored; of those that are left the hub remembers 20,000',
        '入库后如何处理文件；保留在原处的文件最多记住 20,000 个',
      ],
    ),
    archiveFolder: field(
      Type.String({ minLength: 1, maxLength: 500, default: 'archive' }),
      ['Archive', '归档目录'],
      [
        'Below the folder, or a whole path; each day has a folder of its own in it',
        '在该目录之下，或完整路径；按日期分目录',
      ],
    ),
    package: Type.Optional(
      field(
        PackageSettings,
        ['Offline packages', '离线包'],
        [
          'Only signed packages are read from this folder, in the order of their numbers',
          '本目录只读取带签名的离线包，按编号顺序',
        ],
      ),
    ),
    failedFolder: Type.Optional(
      field(
        folderName,
        ['Folder of refused files', '无法读取文件的目录'],
        ['Where files go that could not be read at all', '整个文件无法读取时移入的目录'],
      ),
    ),
  },
  { additionalProperties: false },
)
export type FilesSettings = Static<typeof FilesSettings>
