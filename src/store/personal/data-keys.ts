import { hash, randomBytes } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { inTransaction } from '#store/database.ts'
import { StartRefusal } from '#store/refusal.ts'
import { KEY_BYTES, openBytes, type Suite, sealBytes, wrappingKey } from './cipher.ts'

/** What the settings say of sealing; without `key` nothing is sealed. */
export interface DataKeySettings {
  /** 32 bytes; wraps the data keys. */
  readonly key: Buffer | undefined
  /** The one before it, while keys are being exchanged. */
  readonly before?: Buffer | undefined
  /** Of data keys that are made from now on. */
  readonly suite: Suite
}

interface DataKey {
  readonly id: number
  readonly suite: Suite
  readonly key: Buffer
}

interface Held {
  readonly settings: DataKeySettings
  readonly pool: Pool
  keys: ReadonlyMap<number, DataKey>
  newest: DataKey | undefined
}

/** By whatever statements are run with: a pool, a connection, or what reads for a caller. */
const held = new WeakMap<object, Held>()
const HEADER = 4

/**
 * From now on what this pool writes of messages is sealed, and what was sealed is opened. A first data key is made where there is none.
 * @throws {StartRefusal} where data keys are there and no key of the settings opens them
 */
export async function holdDataKeys(pool: Pool, settings: DataKeySettings): Promise<void> {
  const own: Held = { settings, pool, keys: new Map(), newest: undefined }
  await load(own)
  if (settings.key && own.newest?.suite !== settings.suite) {
    await makeDataKey(pool, settings.key, settings.suite)
    await load(own)
  }
  holdFor(pool, own)
}

function holdFor(pool: Pool, own: Held): void {
  held.set(pool, own)
  pool.on('acquire', (client) => void held.set(client, own))
}

/** What one pool seals and opens, another of the same process and database does too. */
export function shareDataKeysOfPool(from: Pool, to: Pool): void {
  const own = held.get(from)
  if (own) holdFor(to, own)
}

/**
 * How many data keys there are, of which each opens with the settings. Writes nothing.
 * @throws {StartRefusal} where one does not
 */
export async function countDataKeys(pool: Pool, settings: DataKeySettings): Promise<number> {
  const { rows } = await pool.query<WrappedRow>(ALL)
  return rows.map((row) => unwrapped(row, settings)).length
}

interface WrappedRow {
  readonly id: number
  readonly suite: Suite
  readonly wrapped: Buffer
  readonly wrapped_by: string
}

const ALL = 'select id, suite, wrapped, wrapped_by from data_keys order by id'
const contextOf = (suite: Suite): string => `data key ${suite}`
/** Names a key of the settings without telling it. */
const nameOf = (master: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from('data key '), master]), 'hex').slice(0, 16)

async function load(own: Held): Promise<void> {
  const { rows } = await own.pool.query<WrappedRow>(ALL)
  const keys = rows.map((row) => unwrapped(row, own.settings))
  own.keys = new Map(keys.map((key) => [key.id, key]))
  own.newest = own.settings.key ? keys.at(-1) : undefined
}

function unwrapped({ id, suite, wrapped, wrapped_by: by }: WrappedRow, settings: DataKeySettings): DataKey {
  const master = [settings.key, settings.before].find((one) => one !== undefined && nameOf(one) === by)
  if (!master)
    throw new StartRefusal(
      'data_key_missing',
      {
        zh: `数据库中的内容已加密，HUB_DATA_KEY 不是其密钥（${by}）。`,
        en: `What is in the database is sealed, and HUB_DATA_KEY is not its key (${by}).`,
      },
      {
        zh: '请将 HUB_DATA_KEY 设为原密钥；更换密钥时将原密钥写入 HUB_DATA_KEY_BEFORE。',
        en: 'Set HUB_DATA_KEY to it; while keys are exchanged, HUB_DATA_KEY_BEFORE to the old one.',
      },
    )
  return { id, suite, key: openBytes(suite, wrappingKey(suite, master), wrapped, contextOf(suite)) }
}

const wrap = (master: Buffer, suite: Suite, key: Buffer): [Buffer, string] => [
  sealBytes(suite, wrappingKey(suite, master), key, contextOf(suite)),
  nameOf(master),
]

const makeDataKey = (db: ClientBase | Pool, master: Buffer, suite: Suite) =>
  db.query('insert into data_keys (suite, wrapped, wrapped_by) values ($1, $2, $3)', [
    suite,
    ...wrap(master, suite, randomBytes(KEY_BYTES[suite])),
  ])

/**
 * Wraps all data keys under the key of the settings, and makes a new one for what comes. What was sealed stays as it is. Processes that run take the
 * new one at their next start; they open what others seal with it, if they have the key of the settings.
 * @returns how many were wrapped anew
 */
export async function rotateDataKeys(pool: Pool, settings: DataKeySettings): Promise<number> {
  const { key: master } = settings
  if (!master) throw new Error('there is no key of the settings to rotate to')
  return await inTransaction(pool, async (client) => {
    await client.query('lock table data_keys in share row exclusive mode')
    const { rows } = await client.query<WrappedRow>(ALL)
    for (const row of rows) {
      const { id, suite, key } = unwrapped(row, settings)
      await client.query('update data_keys set wrapped = $2, wrapped_by = $3 where id = $1', [
        id,
        ...wrap(master, suite, key),
      ])
    }
    await makeDataKey(client, master, settings.suite)
    return rows.length
  })
}

/** What reads over a connection opens what the connection does. */
export function shareDataKeys(from: object, ...to: readonly object[]): void {
  const own = held.get(from)
  if (own) for (const one of to) held.set(one, own)
}

/** Whether what is written over this connection is sealed. */
export const hasDataKeys = (db: object): boolean => held.get(db)?.newest !== undefined

/** The bytes sealed under the newest data key, its number before them; null where nothing is to be sealed. */
export function sealedFor(db: object, bytes: Uint8Array, context: string): Buffer | null {
  const key = held.get(db)?.newest
  if (!key) return null
  const sealed = sealBytes(key.suite, key.key, bytes, context, HEADER)
  sealed.writeUInt32BE(key.id)
  return sealed
}

/** The bytes that `sealedFor` sealed. A data key that another process made since is looked for once. @throws where it is not there, or a byte is another */
export async function openedFor(db: object, sealed: Buffer, context: string): Promise<Buffer> {
  const opened = openedAtOnce(db, sealed, context)
  if (opened) return opened
  await load(heldBy(db))
  return openedAtOnce(db, sealed, context) ?? missing(sealed)
}

/** The same with the data keys that are at hand; null where the one that it needs is not among them. */
export function openedAtOnce(db: object, sealed: Buffer, context: string): Buffer | null {
  const key = heldBy(db).keys.get(sealed.readUInt32BE(0))
  return key ? openBytes(key.suite, key.key, sealed.subarray(HEADER), context) : null
}

function heldBy(db: object): Held {
  const own = held.get(db)
  if (!own) throw new Error('what is sealed cannot be opened: the data keys are not there')
  return own
}

function missing(sealed: Buffer): never {
  throw new Error(`there is no data key ${sealed.readUInt32BE(0)}`)
}
