import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, inject } from 'vitest'
import { onceOn, onServer } from './template.ts'

export interface TestDatabase {
  readonly url: string
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

/** A database of the test file's own, with the whole schema and nothing in it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('databaseServer')
  if (!server) throw new Error('This run has no PostgreSQL: tests that need one belong outside of test/unit.')
  return await copiedDatabase(server, inject('databaseTemplate'))
}

/** A database that has no tables. */
export const createEmptyDatabase = (): Promise<TestDatabase> =>
  copiedDatabase(inject('databaseServer'), "template0 ENCODING 'UTF8'")

/** A copy of a database on a server, which `makeTemplate` made there. */
export async function copiedDatabase(server: string, template: string): Promise<TestDatabase> {
  const name = `hub_test_${randomBytes(6).toString('hex')}`
  await copyTemplate(server, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  return {
    url: onServer(server, name),
    drop: () => onceOn(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

/** Makes the database before the tests of a file and drops it after them; its `url` is there from the first test on. */
export function withDatabase(): { readonly url: string } {
  let database: TestDatabase | undefined
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database?.drop()
  })
  return {
    get url() {
      if (!database) throw new Error('The database is made before the first test; do not ask for it earlier.')
      return database.url
    },
  }
}

/** A template cannot be copied while anyone is connected to it (55006); whoever it is leaves at once. */
async function copyTemplate(server: string, statement: string, triesLeft = 20): Promise<void> {
  try {
    await onceOn(server, statement)
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && error.code === '55006'
    if (!isBusy || triesLeft === 0) throw error
    await pause(100)
    await copyTemplate(server, statement, triesLeft - 1)
  }
}
