import { access } from 'node:fs/promises'
import { StartRefusal } from '#store/refusal.ts'

/** A hub without its folder of mappings would answer 404 to every system; a wrong path must show at the start. */
export async function mappingsMustExist(folder: string): Promise<void> {
  await access(folder).catch((error: unknown) => {
    throw new StartRefusal(
      'mappings-missing',
      { zh: `映射文件夹不可用：${folder}。`, en: `The folder of mappings cannot be read: ${folder}.` },
      {
        zh: '请核对 HUB_MAPPINGS，并在项目文件夹中启动。',
        en: 'Check HUB_MAPPINGS, and start in the folder of the project.',
      },
      error,
    )
  })
}
