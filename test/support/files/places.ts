import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { ConnectPort } from '#adapters/adapter.ts'
import { openPlace, type PlaceParts } from '#adapters/files/places/open.ts'
import type { FilePlace } from '#adapters/files/places/port.ts'
import type { PlaceSettings } from '#adapters/files/places/settings.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'

export const USER = 'city'
export const PASSWORD = 'a secret of 2024'

const LIMITS = { requestsPerSecond: null, rowsPerSecond: null, pageRows: 500, maxBytes: 1e9, timeoutMs: 3000 }

/** A port that lets connect to this machine, as an operator allows it. */
export function connectHere(signal: AbortSignal, timeoutMs = 3000): ConnectPort {
  return createConnectPort({
    allow: ['127.0.0.1/32:1-65535'],
    limits: { ...LIMITS, timeoutMs },
    clock: { now: Date.now, pause: async () => {} },
    signal,
  })
}

/** What a place is opened with, on this machine. */
export function placeParts(
  settings: Partial<PlaceSettings>,
  more: {
    signal?: AbortSignal
    folders?: string[]
    timeoutMs?: number
    secrets?: Record<string, string>
  } = {},
): PlaceParts {
  const { signal = new AbortController().signal, folders = [], timeoutMs = 3000 } = more
  return {
    settings: {
      protocol: 'local',
      folder: '/',
      trustFirstHostKey: false,
      oldAlgorithms: false,
      encoding: 'utf-8',
      ...(settings.protocol === 'local' || settings.protocol === undefined
        ? {}
        : { host: '127.0.0.1', user: USER }),
      ...settings,
    },
    secrets: more.secrets ?? { password: PASSWORD },
    connect: connectHere(signal, timeoutMs),
    folders,
    limits: { timeoutMs },
    signal,
  }
}

/** Opens a place with the settings of a test. */
export const openedPlace = (
  settings: Partial<PlaceSettings>,
  more: Parameters<typeof placeParts>[1] = {},
): Promise<FilePlace> => openPlace(placeParts(settings, more))

export async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString()
}

/** A folder on the disk with a folder `in`, for each test, and what has to end after it. */
export function withDisk(): { readonly disk: string; readonly ends: (() => unknown)[] } {
  const held = { disk: '', ends: [] as (() => unknown)[] }
  beforeEach(async () => {
    held.disk = await mkdtemp(join(tmpdir(), 'hub-files-'))
    await mkdir(join(held.disk, 'in'))
  })
  afterEach(async () => {
    for (const end of held.ends.splice(0).reverse()) await end()
    await rm(held.disk, { recursive: true, force: true })
  })
  return held
}
