import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import type { AnswerFacts, SystemAnswer } from '#core/answer/answer.ts'
import { wsdlOf } from '#core/answer/wsdl.ts'
import { parseSystemFile } from '#core/mapping/system-file.ts'

function answerOf(block: string): SystemAnswer {
  const text = `system: a\ntitle: { zh: 甲, en: A }\nadapter: push\nrecords: {}\n${block}`
  const { system, mistakes } = parseSystemFile('system.yaml', text)
  expect(mistakes).toEqual([])
  if (!system?.answer || system.answer === 'receipt') throw new Error('the answer of this test is wrong')
  return system.answer
}
const answer = answerOf(`answer:
  format: soap
  root: pushReply
  operation: push
  namespace: http://a.example/?b=1&c=2
  status: '500'
  taken:
    code: { const: '1' }
    head.number: receipt
    line: { each: results, fields: { no: index, detail.why: reason } }
  rejected: { code: { const: '0' }, told: { xml: { row.CODE: { const: '0' } } } }
`)
const { contract } = answer
if (!contract) throw new Error('an answer of SOAP has a contract')

/** Elements of the schema as paths, with what they are. */
function elementsOf(wsdl: string): string[] {
  const found: string[] = []
  const open: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (name !== 'xs:element') return
    open.push(attributes['name'] ?? '')
    const words = [open.join('/'), attributes['type'], attributes['maxOccurs'] && 'many']
    found.push(words.filter(Boolean).join(' '))
  })
  parser.on('closetag', ({ name }) => void (name === 'xs:element' && open.pop()))
  parser.write(wsdl).close()
  return found
}

test('a description has each element that an answer of the system can have, and is well-formed whatever the names', () => {
  const wsdl = wsdlOf({
    contract,
    field: 'arg0',
    versions: ['1.1', '1.2'],
    address: 'http://hub.example/v1?a=1&b="2"',
    title: { zh: '甲 & 乙', en: 'A <b>' },
  })
  expect(elementsOf(wsdl)).toEqual([
    'push',
    'push/arg0 xs:string',
    'pushReply',
    'pushReply/code xs:string',
    'pushReply/head',
    'pushReply/head/number xs:string',
    'pushReply/line many',
    'pushReply/line/no xs:string',
    'pushReply/line/detail',
    'pushReply/line/detail/why xs:string',
    'pushReply/told xs:string',
    'problem',
    'problem/error xs:string',
    'problem/place xs:string',
    'problem/receipt xs:string',
  ])
  expect(wsdl).toContain('targetNamespace="http://a.example/?b=1&amp;c=2"')
})

test('a description has a binding for each version that is accepted, and no other', () => {
  const facts = { contract, field: 'arg0', address: 'http://hub.example/', title: { zh: '甲', en: 'A' } }
  const ports = (versions: readonly ('1.1' | '1.2')[]) =>
    [...wsdlOf({ ...facts, versions }).matchAll(/<wsdl:port name="(\w+)"/g)].map((found) => found[1])
  expect(ports(['1.1'])).toEqual(['pushSoap11'])
  expect(ports(['1.2'])).toEqual(['pushSoap12'])
  expect(ports(['1.1', '1.2'])).toEqual(['pushSoap11', 'pushSoap12'])
})

test('an operation is called as its answer without Response where it is not said', () => {
  const { contract: other } = answerOf(
    'answer:\n  format: soap\n  root: uploadResponse\n  namespace: http://a.example/\n  taken: { code: { const: x } }\n',
  )
  expect([contract.operation, other?.operation, answer.faults500]).toEqual(['push', 'upload', true])
})

test('a fault of the envelope has a code of its own and no detail, which is of the body', () => {
  const facts = (fault: AnswerFacts['fault'], soap: AnswerFacts['soap']): AnswerFacts => ({
    shape: 'refused',
    message: { reason: 'why', error: 'unreadable_message' },
    results: [],
    fault,
    soap,
  })
  expect(answer.write(facts('must-understand', '1.1')).text).toContain(
    '<soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>why</faultstring></soap:Fault>',
  )
  expect(answer.write(facts('version', '1.2')).text).toContain(
    '<soap:Fault><soap:Code><soap:Value>soap:VersionMismatch</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">why</soap:Text></soap:Reason></soap:Fault>',
  )
})
