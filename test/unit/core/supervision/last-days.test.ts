import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '#core/documents/civil-day.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { mentioning } from '#core/lineage/node-state.ts'
import type { Body } from '#core/model/body.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { linesOf } from '#core/supervision/lines.ts'
import { documentIssue } from '#flow/trace/document-issue.ts'

const day = (at: string, precision: 'day' | 'month' = 'day') => ({ at: `${at}T00:00:00+08:00`, precision })
const around = fc.integer({ min: -40, max: 40 }).map((days) => addDays('2026-01-01', days) as string)

const paper = fc.record({
  type: fc.constantFrom(...(Object.keys(DOCUMENT_TYPES) as DocumentType[])),
  on: around,
  issuedOn: fc.option(around, { nil: undefined }),
  statedDays: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
  precision: fc.constantFrom('day', 'day', 'month'),
  isVoid: fc.boolean(),
})

test('a paper counts among those of their last day on the day until which the check says that it is valid, and on no other', () => {
  fc.assert(
    fc.property(paper, ({ type, on, issuedOn, statedDays, precision, isVoid }) => {
      const stated = statedDays === undefined ? undefined : addDays(issuedOn ?? on, statedDays)
      const body: Body = {
        flags: [],
        occurredAt: day(on),
        documents: [
          {
            ...{ role: 'self', type, number: 'P1' },
            ...(issuedOn ? { issuedOn: day(issuedOn, precision) } : {}),
            ...(stated ? { validUntil: day(stated) } : {}),
          },
        ],
      }
      const record = {
        ...{
          id: 'urn:x',
          version: 1,
          kind: 'document' as const,
          system: 'x',
          receivedAt: '2026-01-01T00:00:00Z',
        },
        status: isVoid ? 'void' : 'active',
      } as const
      const [mentioned] = mentioning('doc:P1', [{ ...record, body }])
      const said = mentioned && documentIssue(mentioned, on)
      const lines = linesOf({ ...record, ...body } as unknown as CanonicalRecord)
      const ends = lines.flatMap((line) => (line.family === 'paper_end' ? [line.day] : []))
      expect(ends).toEqual(isVoid || !said?.validUntil ? [] : [said.validUntil])
    }),
    { numRuns: 500 },
  )
})
