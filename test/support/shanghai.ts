import { readFileSync } from 'node:fs'

/** Secret of the samples. */
export const SAMPLE_SECRET = 'sample-secret'
const OUTBOUND = 'mappings/shanghai-platform/samples/outbound'
export const expectedOut = (): string => readFileSync(`${OUTBOUND}/expected-out.json`, 'utf8').trimEnd()
export const answers = (): { status: number; body: unknown; verdict: string }[] =>
  JSON.parse(readFileSync(`${OUTBOUND}/answers.json`, 'utf8'))
