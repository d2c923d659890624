import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Issue } from '#core/issue.ts'
import type { Body } from './body.ts'
import { BODY_SCHEMAS, type Kind } from './kinds.ts'
import { schemaReason } from './schema-reason.ts'
import { timeIssues } from './times.ts'

// Errors of one record are all reported; the schemas are ours and small, so the cost is bounded.
const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, keywords: ['x-zh'] })
const validators = new Map<Kind, ValidateFunction>()

const validatorOf = (kind: Kind): ValidateFunction => {
  const known = validators.get(kind)
  if (known) return known
  const validator = ajv.compile(BODY_SCHEMAS[kind])
  validators.set(kind, validator)
  return validator
}

/** What is wrong with the body of a record of this kind; empty when it fits the schema and its times are times. Paths are JSON pointers below `at`. */
export function bodyIssues(kind: Kind, body: unknown, at = ''): Issue[] {
  const issues = schemaIssues(kind, body, at)
  return issues.length > 0 ? issues : timeIssues(body, at)
}

/** The same by the schema alone. */
export function schemaIssues(kind: Kind, body: unknown, at = ''): Issue[] {
  const validator = validatorOf(kind)
  if (validator(body)) return []
  return (validator.errors ?? []).map((error) => issueOf(error, at))
}

/** Whether the value is a body of this kind. */
export const isBody = (kind: Kind, body: unknown): body is Body => validatorOf(kind)(body) as boolean

function issueOf(error: ErrorObject, at: string): Issue {
  const extra = error.keyword === 'additionalProperties' ? `/${error.params['additionalProperty']}` : ''
  const missing = error.keyword === 'required' ? `/${error.params['missingProperty']}` : ''
  const path = `${at}${error.instancePath}${extra}${missing}`
  return { path, code: 'E_SCHEMA', ...toldOf(error, extra !== '', missing !== '') }
}

function toldOf(error: ErrorObject, isExtra: boolean, isMissing: boolean): Pick<Issue, 'reason' | 'fix'> {
  if (isExtra)
    return {
      reason: 'the schema has no such field',
      fix: 'Leave the field out, or see docs/model.md for its right name.',
    }
  const fix = 'See docs/model.md for the field.'
  if (isMissing) return { reason: 'the field is required', fix }
  return schemaReason(error) ?? { reason: error.message ?? 'not valid', fix }
}
