import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartRefusal } from './refusal.ts'

/** One numbered step of the schema, `NNNN-name.sql`; forward only. */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  /** Over the text with line ends as LF, so that a checkout with CRLF is the same migration. */
  readonly sha256: string
}

/** All migrations of the folder by number: 1, 2, 3 … without a gap or a double. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)))
  migrations.forEach((migration, index) => {
    if (migration.number !== index + 1) throw misnumbered(migration.name, index + 1)
  })
  return migrations
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]
  const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n')
  const sha256 = createHash('sha256').update(sql).digest('hex')
  return { number: Number(number ?? Number.NaN), name, sql, sha256 }
}

function misnumbered(name: string, expected: number): StartRefusal {
  const wanted = String(expected).padStart(4, '0')
  return new StartRefusal(
    'migration-misnumbered',
    { zh: `迁移文件 ${name} 的编号不对。`, en: `The migration ${name} is out of number.` },
    {
      zh: `文件名应为 ${wanted}-名称.sql，编号连续且不重复。`,
      en: `Name it ${wanted}-name.sql; the numbers have no gap and no double.`,
    },
  )
}
