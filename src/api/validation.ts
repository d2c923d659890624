import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import type { Issue } from '#core/issue.ts'
import { schemaReason } from '#core/model/schema-reason.ts'
import { hasForbiddenCharacter } from '#core/text.ts'
import { canKeep, isDay, isDayOrTime } from './day-or-time.ts'

const settings = { allErrors: true, strict: true, allowUnionTypes: true, keywords: ['x-zh', 'example'] }

type Check = ReturnType<FastifySchemaCompiler<object>>

/**
 * Compiles the schemas of routes. Only query strings are coerced, because all they hold is text; nothing is ever stripped. A NUL or half
 * a surrogate pair in a path or a query, or a number that is not finite, is refused here, because PostgreSQL would refuse it later.
 */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  const coercing = withFormats(new Ajv({ ...settings, coerceTypes: true }))
  const exact = withFormats(new Ajv(settings))
  return ({ schema, httpPart }) => {
    const compiled = (): Check => {
      if (httpPart === 'body') return checkOf(exact.compile(schema))
      const validate = (httpPart === 'querystring' ? coercing : exact).compile(schema)
      return httpPart === 'headers' ? checkOf(validate) : wellFormed(validate)
    }
    return whenAsked(compiled)
  }
}

/** A check that is compiled when it is first asked: two hundred routes at once are half of what the API costs to start. */
function whenAsked(compiled: () => Check): Check {
  let made: Check | undefined
  const check: Check = (value: unknown) => {
    made ??= compiled()
    const result = made(value)
    check.errors = made.errors ?? null
    return result
  }
  return check
}

const withFormats = (ajv: Ajv): Ajv => {
  formats.default(ajv, ['uuid', 'date-time'])
  const { validate } = ajv.formats['date-time'] as { readonly validate: (text: string) => boolean }
  // RFC 3339 has leap seconds and a year 0, which PostgreSQL has not.
  ajv.addFormat('date-time', (text: string) => validate(text) && canKeep(Date.parse(text)))
  return ajv.addFormat('date', isDay).addFormat('day-or-time', isDayOrTime)
}

/** Ajv's own function; Fastify's type of it names fewer keywords as optional. */
const checkOf = (validate: ValidateFunction): Check => validate as Check

function wellFormed(validate: ValidateFunction): Check {
  const check: Check = (value: unknown) => {
    check.errors = null
    if (!validate(value)) {
      check.errors = (validate.errors ?? []) as FastifySchemaValidationError[]
      return false
    }
    for (const [name, text] of Object.entries(value as object)) {
      const message = faultOf(text)
      if (message === null) continue
      check.errors = [{ keyword: 'value', instancePath: `/${name}`, schemaPath: '', params: {}, message }]
      return false
    }
    return true
  }
  return check
}

/** Ajv takes "Infinity" for an integer when it coerces, and its bounds pass over what is not finite. */
function faultOf(value: unknown): string | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'must be a finite number'
  return typeof value === 'string' && hasForbiddenCharacter(value)
    ? 'NUL or half of a surrogate pair in the text'
    : null
}

const PREFIX: Readonly<Record<string, string>> = { querystring: '?', params: 'path ', headers: 'header ' }

/** What is wrong with a part of a request: `?limit` for the query, a JSON pointer for the body. */
export function requestIssues(
  errors: readonly Partial<FastifySchemaValidationError>[],
  part: string | undefined,
): Issue[] {
  const prefix = PREFIX[part ?? '']
  return errors.map(({ instancePath = '', keyword, message = 'not valid', params = {} }) => {
    const name = params['additionalProperty'] ?? params['missingProperty']
    const pointer = name === undefined ? instancePath : `${instancePath}/${name}`
    const path = prefix === undefined ? pointer : prefix + pointer.slice(1)
    const time = keyword === 'format' ? TIMES[String(params['format'])] : undefined
    // All that a path or a query holds is text, so that nothing in it needs quotation marks.
    const isWritten = prefix === undefined || keyword !== 'type'
    const told = time ?? (isWritten ? schemaReason({ keyword, params }) : null)
    return { path, code: 'E_SCHEMA', ...(told ?? { reason: reasonOf(keyword, message) }) }
  })
}

const TIMES: Readonly<Record<string, Pick<Issue, 'reason' | 'fix'>>> = {
  'date-time': {
    reason: 'no time of the calendar from 1900 to 9999 that can be kept',
    fix: 'Write it with seconds up to 59 and its zone, such as 2026-04-15T06:30:00+08:00.',
  },
  date: { reason: 'no day of the calendar from 1900 to 9999', fix: 'Write it as 2026-04-15.' },
  'day-or-time': {
    reason: 'neither a day nor a time of the calendar from 1900 to 9999',
    fix: 'Write a day as 2026-04-15, or a time with its zone as 2026-04-15T06:30:00+08:00.',
  },
}

function reasonOf(keyword: string | undefined, message: string): string {
  if (keyword === 'additionalProperties') return 'there is no such field here'
  return keyword === 'required' ? 'the field is required' : message
}

/** Compiler of a route whose body has a schema only for its documentation; the body itself goes on as it came. */
export const unvalidatedBody = (app: {
  readonly validatorCompiler: unknown
}): FastifySchemaCompiler<object> => {
  const compile = app.validatorCompiler as FastifySchemaCompiler<object>
  return (route) => (route.httpPart === 'body' ? () => true : compile(route))
}
