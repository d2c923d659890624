import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import fastify from 'fastify'

const zip = promisify(gzip)

/** The script of the reader. Plain it has 4 MB, and is made once where somebody asks who takes nothing compressed: anew for each would stop all others. */
export interface ReaderScript {
  readonly bytes: Buffer
  plain(): Buffer
}

/**
 * Gives the script of the reader, which its package carries inside of a plugin. It is loaded when the first reader asks, so that a hub
 * that nobody reads about has neither the memory nor the start to pay.
 */
export function createReaderScript(): () => Promise<ReaderScript> {
  let loading: Promise<ReaderScript> | undefined
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
}

async function load(): Promise<ReaderScript> {
  const { default: reader } = await import('@scalar/fastify-api-reference')
  const shelf = fastify()
  await shelf.register(reader, { routePrefix: '/reader', configuration: { url: '/openapi.json' } })
  const { rawPayload } = await shelf.inject('/reader/js/scalar.js')
  await shelf.close()
  const bytes = await zip(rawPayload, { level: 6 })
  let plain: Buffer | undefined
  return {
    bytes,
    plain: () => {
      plain ??= gunzipSync(bytes)
      return plain
    },
  }
}
