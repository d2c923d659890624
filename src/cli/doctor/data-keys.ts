import type { Pool } from 'pg'
import { countDataKeys, type DataKeySettings } from '#store/personal/data-keys.ts'
import { ok, type Reading } from './reading.ts'

/** Whether what is sealed in the database opens with the settings. @throws {StartRefusal} where it does not */
export async function checkDataKeys(pool: Pool, settings: DataKeySettings): Promise<Reading[]> {
  const count = await countDataKeys(pool, settings)
  return count === 0
    ? [ok('data.sealed', 'Nothing is sealed in the database.', '数据库中没有加密内容。')]
    : [
        ok(
          'data.sealed',
          `What is sealed opens with HUB_DATA_KEY (${count} data keys).`,
          `加密内容可用 HUB_DATA_KEY 解密（${count} 个数据密钥）。`,
        ),
      ]
}
