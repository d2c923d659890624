import { chmod, mkdtemp, realpath, rm, statfs } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '#cli/embedded.ts'
import { StartRefusal } from '#store/refusal.ts'
import { makeTemplate } from './template.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server on which tests make their databases; empty where this run has none. */
    readonly databaseServer: string
    /** Name of the migrated database that they copy. */
    readonly databaseTemplate: string
  }
}

/**
 * One PostgreSQL for the whole run, the one that users get, in a temporary folder, where there is room one in memory; or the server of
 * HUB_TEST_DATABASE_URL. A run of unit tests alone starts none.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = onlyUnitTests() ? { url: '', stop: async () => {} } : await testServer()
  try {
    project.provide('databaseServer', server.url)
    project.provide('databaseTemplate', server.url ? await makeTemplate(server.url) : '')
  } catch (error) {
    await server.stop()
    throw error
  }
  return server.stop
}

function onlyUnitTests(): boolean {
  const named = process.argv.filter((word) => /^(\.\/)?test\//.test(word))
  return named.length > 0 && named.every((word) => /^(\.\/)?test\/unit(\/|$)/.test(word))
}

/** Several files at once, of which each may start several hubs. */
const MAX_CONNECTIONS = 150

async function testServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env['HUB_TEST_DATABASE_URL']
  if (given) return { url: given, stop: async () => {} }
  const folder = await mkdtemp(join(await fastestFolder(), 'hub-test-'))
  await chmod(folder, 0o711)
  const log = { info: () => {}, warn: show, error: show }
  const embedded = await startEmbedded({ dataDir: folder, log, maxConnections: MAX_CONNECTIONS }).catch(
    (error: unknown) => {
      throw error instanceof StartRefusal ? new Error(error.message) : error
    },
  )
  const stop = async () => {
    await embedded.stop()
    await rm(folder, { recursive: true, force: true })
    // Where the temporary folder is closed to PostgreSQL's own user, the data lay elsewhere.
    const home = dirname(embedded.data)
    if (home !== folder) await rm(home, { recursive: true, force: true })
  }
  return { url: embedded.url, stop }
}

const GIB = 1024 ** 3
const IN_MEMORY = '/dev/shm'

/** Where the machine has much memory to spare, a folder in it: there PostgreSQL, durable as users get it, waits for no disk. */
async function fastestFolder(): Promise<string> {
  const { bavail, bsize } = await statfs(IN_MEMORY).catch(() => ({ bavail: 0, bsize: 0 }))
  const isRoomy = bavail * bsize > 4 * GIB && freemem() > 8 * GIB
  return await realpath(isRoomy ? IN_MEMORY : tmpdir())
}

function show(facts: object, message: string): void {
  console.error(message, facts)
}
