import type { PoolClient } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { emptyTables } from '#store/empty-tables.ts'

/** The rows that the hub wrote for one message, in PostgreSQL's own binary format. */
interface MessageRows {
  readonly messages: Buffer
  readonly versions: Buffer
  readonly edges: Buffer
}

/** Reads back, message by message, every row that intake wrote. */
export async function readRows(client: PoolClient): Promise<MessageRows[]> {
  const { rows } = await client.query('select id from messages order by id')
  const all: MessageRows[] = []
  for (const { id } of rows) {
    all.push({
      messages: await copyOut(client, `select * from messages where id = '${id}'`),
      versions: await copyOut(
        client,
        `select * from record_versions where message_id = '${id}' order by position`,
      ),
      edges: await copyOut(
        client,
        `select e.* from lot_edges e join record_versions v using (record_id, version) where v.message_id = '${id}'`,
      ),
    })
  }
  return all
}

/** COPY of the same rows into the same, empty tables, one transaction for each message as the hub has it. Gives seconds. */
export async function copyRowsBack(client: PoolClient, all: readonly MessageRows[]): Promise<number> {
  await emptyTables(client)
  const started = performance.now()
  for (const { messages, versions, edges } of all) {
    await client.query('begin')
    await copyIn(client, 'messages', messages)
    await copyIn(client, 'record_versions', versions)
    await copyIn(client, 'lot_edges', edges)
    await client.query('commit')
  }
  return (performance.now() - started) / 1000
}

async function copyOut(client: PoolClient, query: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of client.query(copyTo(`copy (${query}) to stdout (format binary)`)))
    chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function copyIn(client: PoolClient, into: string, rows: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy ${into} from stdin (format binary)`))
  return new Promise((resolve, reject) => {
    stream.on('error', reject)
    stream.on('finish', resolve)
    stream.end(rows)
  })
}
