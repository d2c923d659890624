import { describe, expect, test } from 'vitest'
import { parseSystemFile } from '#core/mapping/system-file.ts'

const HEAD = 'system: a\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords: {}\n'
const mistakes = (block: string) =>
  parseSystemFile('system.yaml', HEAD + block).mistakes.map(({ line, target }) => `${line} ${target}`)

describe('every mistake of an answer is named where it stands', () => {
  test.each([
    ['answer: { accepted: ok }', ['5 answer', '5 answer', '5 answer', '5 answer.accepted']],
    ['answer: { format: jsn, taken: { a: error }, refused: { a: error } }', ['5 answer.format']],
    ['answer:\n  format: json\n  taken: { a: erorr }\n  refused: { a: error }', ['7 answer.taken.a']],
    ['answer:\n  format: json\n  taken: { a: index }\n  refused: { a: error }', ['7 answer.taken.a']],
    [
      'answer:\n  format: json\n  taken: { a: { const: x, nubmer: true } }\n  refused: {}',
      ['7 answer.taken.a.nubmer', '8 answer.refused'],
    ],
    [
      'answer:\n  format: json\n  taken: { a: { each: records, fields: { b: index } } }\n  refused: { a: error }',
      ['7 answer.taken.a.each'],
    ],
    [
      'answer:\n  format: json\n  taken: { a: { each: results, fields: { b: received } } }\n  refused: { a: error }',
      ['7 answer.taken.a.fields.b'],
    ],
    ['answer:\n  format: json\n  root: x\n  taken: { a: error }\n  refused: { a: error }', ['7 answer.root']],
    [
      'answer:\n  format: json\n  status: 500\n  taken: { a: error }\n  refused: { a: error }',
      ['7 answer.status'],
    ],
    [
      'answer:\n  format: soap\n  taken: { a: error }\n  refused: { a: error }',
      ['6 answer', '6 answer', '8 answer.refused'],
    ],
    [
      'answer:\n  format: xml\n  root: r\n  taken: { 1a: error }\n  refused: { a: error }',
      ['8 answer.taken.1a'],
    ],
    [
      'answer:\n  format: json\n  taken: { __proto__: error }\n  refused: { a: error }',
      ['7 answer.taken.__proto__'],
    ],
  ])('%s', (block, places) => expect(mistakes(block)).toEqual(places))
})

describe('every mistake of a signature is named where it stands', () => {
  test.each([
    ['sign: { scheme: md5, at: a, over: [b] }', ['5 sign.scheme']],
    ['sign: { scheme: hmac-sha256 }', ['5 sign', '5 sign']],
    ['sign: { scheme: hmac-sha256, at: a, over: [] }', ['5 sign.over']],
    ['sign: { scheme: hmac-sha256, at: a, over: [{ md5: b }] }', ['5 sign.over.0', '5 sign.over.0.md5']],
    ['sign: { scheme: hmac-sha256, at: __proto__, over: [b] }', ['5 sign.at']],
    ['sign: { scheme: hmac-sha256, at: a, over: [b], secret: s3cr3t! }', ['5 sign.secret']],
    ['sign: { scheme: hmac-sha256, at: a, over: [b], encoding: hexa }', ['5 sign.encoding']],
  ])('%s', (block, places) => expect(mistakes(block)).toEqual(places))
})

describe('every mistake of a receiver is named where it stands', () => {
  const ANSWER = 'code: c, codes: { "0": taken }, results: r, index: i, verdict: v, verdicts: { "0": ok }'
  test.each([
    ['receiver: { maxRecords: 501, answer: { ANSWER } }', ['5 receiver.maxRecords']],
    ['receiver: { voids: ignore, answer: { ANSWER } }', ['5 receiver.voids']],
    ['receiver: {}', ['5 receiver']],
    ['receiver: { answer: { code: c } }', Array.from({ length: 5 }, () => '5 receiver.answer')],
    [
      'receiver: { answer: { code: c, codes: { "0": okay }, results: r, index: i, verdict: v, verdicts: {} } }',
      ['5 receiver.answer.codes.0', '5 receiver.answer.verdicts'],
    ],
  ])('%s', (block, places) => expect(mistakes(block.replace('ANSWER', ANSWER))).toEqual(places))
  test('none where all is said', () => expect(mistakes(`receiver: { answer: { ${ANSWER} } }`)).toEqual([]))
})
