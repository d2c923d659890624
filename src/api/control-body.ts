import type { FastifyInstance } from 'fastify'
import { JsonReader } from '#adapters/push/json/reader.ts'
import { refuseJson } from '#adapters/push/json/refuse.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { parseJson } from '#core/parse-json.ts'

/** Largest body of a control call: names, filters, a mapping with its sample. */
export const CONTROL_MAX = 2 * 1024 * 1024
const DEPTH_MAX = 32

/** Bodies of control calls are JSON, read as strictly as messages are. */
export function readControlBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: CONTROL_MAX },
    (request, body, done) => {
      try {
        // Many clients send the content type with every POST, also where there is nothing to say.
        if (body.length === 0 && !request.routeOptions.schema?.body) done(null, null)
        else done(null, parseControlBody(body as Buffer))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

/**
 * The value of a JSON text. Refused with the place: what is not JSON, a key twice, a key that reaches a prototype, deep nesting, NUL,
 * half a surrogate pair, a number that loses digits.
 */
export function parseControlBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new HubError('empty_body')
  const text = utf8(bytes)
  const reader = new JsonReader(DEPTH_MAX, true)
  reader.open(text)
  try {
    reader.value(0)
    reader.end()
  } catch (fault) {
    const refusal = refuseJson(fault, text, false)
    if (!(refusal instanceof DecodeRefusal)) throw refusal
    throw invalid([{ path: refusal.at, code: refusal.code, reason: refusal.reason, fix: refusal.fix }])
  }
  if (reader.issues.length > 0) throw invalid(reader.issues)
  // Read again by the platform's parser, which makes numbers of numbers; everything it does silently is excluded by now.
  return parseJson(text)
}

const invalid = (issues: readonly Issue[]): HubError => new HubError('invalid_request', { issues })

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid([
      { path: '', code: 'E_ENCODING', reason: 'the body is not UTF-8', fix: 'Send JSON as UTF-8.' },
    ])
  }
}
