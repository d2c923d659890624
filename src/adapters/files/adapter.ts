import type { Adapter } from '#adapters/adapter.ts'
import { packageSecrets } from './package/settings.ts'
import { placeSecrets } from './places/settings.ts'
import { checkFiles } from './source/check.ts'
import { unnamedFiles } from './source/plan.ts'
import { acknowledgeFile, readFiles } from './source/read.ts'
import { FilesSettings } from './source/settings.ts'
import { type FilesState, FilesStateSchema } from './source/state.ts'

/** Files in a folder of this machine, or of an SFTP or FTP(S) account: those that are finished, each once. */
export const files: Adapter<FilesSettings, FilesState> = {
  name: 'files',
  title: { zh: '文件', en: 'Files' },
  description: {
    zh: '从本机目录、SFTP 或 FTP(S) 读取已完成的文件，可归档、删除或保留；支持 zip 与 gzip',
    en: 'Finished files of a local folder, SFTP or FTP(S), archived, deleted or left once they are read; zip and gzip too',
  },
  settings: FilesSettings,
  secrets: { ...placeSecrets, ...packageSecrets },
  state: FilesStateSchema,
  reads: 'ends',
  ordered: true,
  unnamed: unnamedFiles,
  check: checkFiles,
  read: readFiles,
  acknowledge: (parts, page, { state }) => acknowledgeFile(parts, page, state === 'refused'),
}
