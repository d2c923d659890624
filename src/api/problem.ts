import type { FastifyError, FastifyReply } from 'fastify'
import { ERRORS, type ErrorCode, HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { isUnavailable } from '#store/database-errors.ts'
import { isTooSlow } from '#store/too-slow.ts'
import type { Language } from './language.ts'
import { spokenDetail, spokenIssues, spokenReasons } from './spoken.ts'
import { requestIssues } from './validation.ts'

/** An error as `application/problem+json` (RFC 9457), with the hub's code, what to do about it, and the places at fault. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail?: string
  readonly fix: string
  readonly issues?: readonly Issue[]
  readonly request?: string
  readonly [member: string]: unknown
}

/** The problem that an error is answered with. Nothing of an unexpected error but its request number gets out. */
export function problemOf(error: HubError, language: Language, request: string): Problem {
  const { status, title, fix } = ERRORS[error.code]
  const { detail, issues, fix: own, members } = error.parts
  return {
    ...spokenMembers(members, language),
    type: `/docs/errors#${error.code}`,
    title: title[language],
    status,
    code: error.code,
    ...(detail ? { detail: spokenDetail(detail, issues ?? [], language) } : {}),
    fix: own === undefined ? fix[language] : spokenDetail(own, [], language),
    ...(issues?.length ? { issues: spokenIssues(issues, language) } : {}),
    request,
  }
}

/** What else a problem tells: every reason why something may not happen is in the language of the caller. */
function spokenMembers(members: Readonly<Record<string, unknown>> = {}, language: Language) {
  const { refusals } = members
  return isReasons(refusals) ? { ...members, refusals: spokenReasons(refusals, language) } : members
}

const isReasons = (value: unknown): value is readonly { readonly reason: string }[] =>
  Array.isArray(value) && value.every((one) => typeof one?.reason === 'string')

/** Clients of SOAP send Basic only where they are asked for it. */
export const CHALLENGES = ['Bearer', 'Basic realm="trace-hub", charset="UTF-8"']

/** What a refusal says in its headers, in whatever format its body is. */
export function setProblemHeaders(reply: FastifyReply, { code, parts }: HubError): void {
  if (parts.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(parts.retryAfterMs / 1000))
  const { basic } = reply.request.routeOptions.config ?? {}
  if (code === 'unauthenticated') reply.header('www-authenticate', basic === 'asked' ? CHALLENGES : 'Bearer')
  reply.removeHeader('location')
}

const RETRY_MS = 2000

/** Whatever was thrown, as the error that the table knows. */
export function hubErrorOf(error: unknown): HubError {
  if (error instanceof HubError) return error
  if (isUnavailable(error)) return new HubError('unavailable', { retryAfterMs: RETRY_MS, cause: error })
  if (isTooSlow(error)) {
    return new HubError('busy', {
      detail: 'the answer took too long; ask for less',
      retryAfterMs: RETRY_MS,
      cause: error,
    })
  }
  const { code, statusCode, message, validation, validationContext } = error as Partial<FastifyError>
  if (validation)
    return new HubError('invalid_request', { issues: requestIssues(validation, validationContext) })
  const own = code === undefined ? undefined : FRAMEWORK[code]
  if (own) return own()
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HubError('invalid_request', { detail: message ?? '' })
  }
  return new HubError('internal', { cause: error })
}

/** Errors that the framework throws before a route is reached. */
const FRAMEWORK: Readonly<Record<string, () => HubError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new HubError('too_large', { detail: 'the body is larger than this call takes' }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new HubError('unsupported_media_type', { members: { accepted: ['application/json'] } }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new HubError('empty_body'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new HubError('invalid_request', { detail: 'the body is not as long as Content-Length says' }),
  FST_ERR_BAD_URL: () => new HubError('invalid_request', { detail: 'the path is not percent-encoded UTF-8' }),
}
