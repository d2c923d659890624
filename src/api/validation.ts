import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import type { Issue } from '#core/issue.ts'
import { hasForbiddenCharacter } from '#core/text.ts'

const settings = { allErrors: true, strict: true, allowUnionTypes: true, keywords: ['x-zh', 'example'] }

/** What a validator of Fastify may return: true, or false with `errors` set on the function. */
type Check = ((value: unknown) => boolean) & { errors?: Partial<ErrorObject>[] | null }

/**
 * Compiles the schemas of routes. Only query strings are coerced, because all they hold is text; nothing is ever stripped. A NUL or half
 * a surrogate pair in a path or a query is refused here, because PostgreSQL would refuse it later.
 */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  const coercing = withFormats(new Ajv({ ...settings, coerceTypes: true }))
  const exact = withFormats(new Ajv(settings))
  return ({ schema, httpPart }) => {
    if (httpPart === 'body') return exact.compile(schema)
    const validate = (httpPart === 'querystring' ? coercing : exact).compile(schema)
    return httpPart === 'headers' ? validate : wellFormed(validate)
  }
}

const withFormats = (ajv: Ajv): Ajv => formats.default(ajv, ['uuid', 'date-time', 'date'])

function wellFormed(validate: ValidateFunction): Check {
  const check: Check = (value) => {
    if (!validate(value)) {
      check.errors = validate.errors ?? null
      return false
    }
    for (const [name, text] of Object.entries(value as object)) {
      if (typeof text !== 'string' || !hasForbiddenCharacter(text)) continue
      check.errors = [{ instancePath: `/${name}`, message: 'NUL or half of a surrogate pair in the text', params: {} }]
      return false
    }
    return true
  }
  return check
}

const PREFIX: Readonly<Record<string, string>> = { querystring: '?', params: 'path ', headers: 'header ' }

/** What is wrong with a part of a request: `?limit` for the query, a JSON pointer for the body. */
export function requestIssues(errors: readonly Partial<ErrorObject>[], part: string | undefined): Issue[] {
  const prefix = PREFIX[part ?? '']
  return errors.map(({ instancePath = '', keyword, message = 'not valid', params = {} }) => {
    const name = params['additionalProperty'] ?? params['missingProperty']
    const pointer = name === undefined ? instancePath : `${instancePath}/${name}`
    const path = prefix === undefined ? pointer : prefix + pointer.slice(1)
    return { path, code: 'E_SCHEMA', reason: reasonOf(keyword, message, params) }
  })
}

function reasonOf(keyword: string | undefined, message: string, params: Record<string, unknown>): string {
  if (keyword === 'additionalProperties') return 'there is no such field here'
  if (keyword === 'required') return 'the field is required'
  const allowed = params['allowedValues']
  return Array.isArray(allowed) ? `one of ${allowed.join(', ')}` : message
}
