import { expect, test } from 'vitest'
import type { AnswerFacts, SystemAnswer } from '#core/answer/answer.ts'
import { parseSystemFile } from '#core/mapping/system-file.ts'

function answerOf(block: string): SystemAnswer {
  const text = `system: a\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords: {}\n${block}`
  const { system, mistakes } = parseSystemFile('system.yaml', text)
  expect(mistakes).toEqual([])
  if (!system?.answer || system.answer === 'receipt') throw new Error('the answer of this test is wrong')
  return system.answer
}
const facts = (more: Partial<AnswerFacts>): AnswerFacts => ({
  shape: 'taken',
  message: {},
  results: [],
  fault: 'sender',
  soap: '1.1',
  ...more,
})

test('XML escapes what it tells, and wraps a document in a document', () => {
  const answer = answerOf(`answer:
  format: xml
  root: reply
  taken:
    code: { const: '1' }
    count: { from: received, number: true }
    inner: { xml: { row: { from: receipt } } }
    line: { each: results, fields: { no: index, why: reason } }
  refused: { why: reason }
`)
  const results = [
    { index: '0', result: 'rejected', reason: 'a < b & "c"' },
    { index: '1', result: 'created' },
  ]
  expect(answer.write(facts({ message: { received: '2', receipt: 'R&1' }, results }))).toEqual({
    contentType: 'text/xml; charset=utf-8',
    text: '<?xml version="1.0" encoding="UTF-8"?>\n<reply><code>1</code><count>2</count><inner><![CDATA[<row>R&amp;1</row>]]></inner><line><no>0</no><why><![CDATA[a < b & "c"]]></why></line><line><no>1</no></line></reply>',
  })
  const ended = answer.write(facts({ shape: 'refused', message: { reason: 'x]]>\u0000<y' } }))
  expect(ended.text).toContain('<why>x]]&gt;&lt;y</why>')
})

test('JSON writes numbers and booleans where it is said, leaves out what is not known, and knows no other answer than its own', () => {
  const answer = answerOf(`answer:
  format: json
  taken: { ok: { const: true, boolean: true }, n: { from: received, number: true }, text: received, none: place }
  refused: { ok: { const: false, boolean: true }, a.b: message.head.id }
`)
  expect(answer.repeats).toEqual([['head', 'id']])
  const taken = '{"ok":true,"n":3,"text":"3"}'
  expect(answer.write(facts({ message: { received: '3' } })).text).toBe(taken)
  // No words of its own for these two.
  expect(answer.has).toEqual({ rejected: false, later: false })
  expect(answer.write(facts({ shape: 'rejected', message: { received: '3' } })).text).toBe(taken)
  const message = { message: { head: { id: '7' } } }
  expect(answer.write(facts({ shape: 'later', message })).text).toBe('{"ok":false,"a":{"b":"7"}}')
})
