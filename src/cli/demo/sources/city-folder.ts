import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoSource } from './source.ts'

/** Files of the city platform with the details that each of them has. */
const FILES = [
  ['market_in_info_330109004_20240415.xml', 8],
  ['market_tran_info_330109004_20240415.xml', 5],
  ['retail_market_tran_info_summ_330105012_20240415.xml', 4],
] as const

/** A folder of this machine into which a city platform has put its files of a day. @param folder below HUB_PICKUP_FOLDERS */
export async function cityFolder(folder: string, mappings: string): Promise<DemoSource> {
  const system = 'mofcom-city'
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name] of FILES)
    await copyFile(join(mappings, system, 'samples/valid', name), join(folder, name))
  return {
    system,
    channel: 'city-files',
    adapter: 'files',
    about: {
      zh: '目录中的三个 XML 文件，文件名说明数据集，读后归档',
      en: 'three XML files of a folder, each of the dataset in its name, archived after',
    },
    // They are whole: nobody is writing them any more.
    given: { settings: { protocol: 'local', folder, finished: 'rename', after: 'archive' } },
    rows: FILES.reduce((sum, [, rows]) => sum + rows, 0),
    stop: async () => {},
  }
}
