import type { ClientBase, Pool } from 'pg'
import { StartRefusal } from './refusal.ts'

/** Identifier of this hub. */
export async function readHubId(client: Pool | ClientBase): Promise<string> {
  const { rows } = await client.query<{ id: string }>({
    name: 'read-hub-id',
    text: 'select id from hub_identity',
  })
  return (rows[0] as { id: string }).id
}

/**
 * Names this hub. Others know its records by that name, so once it is joined to others it keeps it.
 * @throws StartRefusal where it would change then
 */
export async function nameHub(pool: Pool, id: string): Promise<void> {
  const known = await readHubId(pool)
  if (known === id) return
  const { rowCount } = await pool.query(
    `update hub_identity set id = $1
      where not exists (select from systems where settings ? 'peer') and not exists (select from peer_versions)`,
    [id],
  )
  if (rowCount !== 1)
    throw new StartRefusal(
      'HUB_ID_FIXED',
      {
        zh: `本平台在数据库中的标识是 ${known}，且已与其他平台互联，HUB_ID=${id} 不能更换它。`,
        en: `The database says that this hub is ${known}, which is joined to others: HUB_ID=${id} cannot rename it.`,
      },
      { zh: `请设置 HUB_ID=${known} 或去掉该设置。`, en: `Set HUB_ID=${known}, or leave the setting out.` },
    )
}
