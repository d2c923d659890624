import type { FastifyError } from 'fastify'
import { ERRORS, type ErrorCode, HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { isUnavailable } from '#store/database-errors.ts'
import type { Language } from './language.ts'

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
  const { detail, issues, members } = error.parts
  return {
    type: `/docs/errors#${error.code}`,
    title: title[language],
    status,
    code: error.code,
    ...(detail ? { detail } : {}),
    fix: fix[language],
    ...(issues?.length ? { issues } : {}),
    ...members,
    request,
  }
}

/** Whatever was thrown, as the error that the table knows. */
export function hubErrorOf(error: unknown): HubError {
  if (error instanceof HubError) return error
  if (isUnavailable(error)) return new HubError('unavailable', { retryAfterMs: 2000, cause: error })
  const { code, statusCode, message, validation, validationContext } = error as Partial<FastifyError>
  if (validation) {
    const issues = validation.map(({ instancePath, message: reason, params }) => ({
      path: `${validationContext === 'body' ? '' : `${validationContext}:`}${instancePath}${params['additionalProperty'] ? `/${params['additionalProperty']}` : ''}`,
      code: 'E_SCHEMA' as const,
      reason: reason ?? 'not valid',
    }))
    return new HubError('invalid_request', { issues })
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new HubError('too_large')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new HubError('unsupported_media_type')
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return new HubError('empty_body')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new HubError('invalid_request', { detail: message ?? '' })
  return new HubError('internal', { cause: error })
}
