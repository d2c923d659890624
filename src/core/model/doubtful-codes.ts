import { identify } from '#core/identifiers/identify.ts'
import { isIdScheme } from '#core/identifiers/scheme.ts'
import { looksLikeTestData } from '#core/test-data.ts'
import type { Body } from './body.ts'

/** A code or name that is doubtful, and the path to it within the body; `value` is not there where it may be a person's. */
export interface CodeDoubt {
  readonly path: string
  readonly flag: 'W_ID_CHECK_FAIL' | 'W_ID_UNKNOWN' | 'W_TEST_DATA'
  readonly doubt: 'check_fails' | 'id_unknown' | 'test_data'
  readonly value?: string
}

/** Digests, and identifiers of records: neither is a number that somebody typed. */
const EXACT: ReadonlySet<string> = new Set(['cn.idcard.hash', 'rec'])

/** What is doubtful about the codes and names of a record that came with its values made already. */
export function doubtfulCodes(body: Body): CodeDoubt[] {
  const found: CodeDoubt[] = []
  inPart(body, '', found)
  body.parties?.forEach(({ name }, n) => {
    if (name !== undefined && looksLikeTestData(name))
      found.push({ path: `/parties/${n}/name`, flag: 'W_TEST_DATA', doubt: 'test_data' })
  })
  const value = body.product?.name
  if (value !== undefined && looksLikeTestData(value))
    found.push({ path: '/product/name', flag: 'W_TEST_DATA', doubt: 'test_data', value })
  return found
}

function inPart(part: unknown, path: string, found: CodeDoubt[]): void {
  if (part === null || typeof part !== 'object') return
  if ('scheme' in part && 'value' in part) {
    codeIn(String(part.scheme), String(part.value), path, found)
    return
  }
  for (const [name, one] of Object.entries(part)) if (name !== 'raw') inPart(one, `${path}/${name}`, found)
}

function codeIn(scheme: string, code: string, path: string, found: CodeDoubt[]): void {
  if (EXACT.has(scheme) || !isIdScheme(scheme)) return
  const { scheme: as, checkOk, personal } = identify(code, { scheme })
  const value = personal === true ? {} : { value: code }
  if (as === 'unknown')
    found.push({ path: `${path}/value`, flag: 'W_ID_UNKNOWN', doubt: 'id_unknown', ...value })
  else if (checkOk === false)
    found.push({ path: `${path}/value`, flag: 'W_ID_CHECK_FAIL', doubt: 'check_fails', ...value })
}
