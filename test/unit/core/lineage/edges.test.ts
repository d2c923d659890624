import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codesMeant, codesOf, documentCode, lotCode } from '#core/lineage/codes.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import { parseGraphCode } from '#core/lineage/graph-code.ts'
import type { Body } from '#core/model/body.ts'

const flags: Body['flags'] = []
const trace = (role: 'subject' | 'source', value: string) => ({ role, scheme: 'cn.mofcom.trace20b', value })
const paper = (role: 'self' | 'upstream' | 'source' | 'voucher', number: string) => ({
  role,
  type: 'other',
  number,
})

test('a national code means the same in every system, a number of one source only inside it', () => {
  expect(lotCode('cn.mofcom.trace20b', '33082500724041400001')).toBe('lot:33082500724041400001')
  expect(lotCode('local.shaoxing-slaughter', 'SX2404140001')).toBe('local.shaoxing-slaughter:SX2404140001')
  expect(documentCode('3308000217')).toBe('doc:3308000217')
})

test('a typed code is tried as lot, as paper and as number of each source, as typed and normalised', () => {
  expect(codesMeant(' sx2404140001', ['one'])).toEqual([
    'lot:sx2404140001',
    'doc:sx2404140001',
    'local.one:sx2404140001',
    'lot:SX2404140001',
    'doc:SX2404140001',
    'local.one:SX2404140001',
  ])
  expect(codesMeant('  ', ['one'])).toEqual([])
})

test('a graph code means itself, and an EPC is a lot though it holds colons', () => {
  expect(codesMeant('local.one:sx1', ['two'])).toEqual(['local.one:sx1'])
  expect(parseGraphCode('lot:urn:epc:id:sgtin:1.2.3')).toEqual({
    kind: 'lot',
    value: 'urn:epc:id:sgtin:1.2.3',
  })
  expect(parseGraphCode('local.one:7')).toEqual({ kind: 'lot', value: '7', system: 'one' })
  for (const text of ['urn:x', 'lot:', 'local.:1', 'plain', '']) expect(parseGraphCode(text)).toBeNull()
})

test('a certificate covers its lot, and stands for the lots of the certificates that were mixed into it', () => {
  const body: Body = {
    flags,
    lots: [{ role: 'subject', scheme: 'local.zj', value: 'T01' }],
    documents: [{ ...paper('self', 'K7JJ'), sources: ['W3EV', '4ZQN'] }],
  }
  expect(edgesOf('document', body)).toEqual([
    { from: 'doc:W3EV', to: 'local.zj:T01', rule: 'mixing', confidence: 1 },
    { from: 'doc:4ZQN', to: 'local.zj:T01', rule: 'mixing', confidence: 1 },
    { from: 'local.zj:T01', to: 'doc:K7JJ', rule: 'document', confidence: 1 },
  ])
})

test('a sale leads from its papers to its lot, and from the lot to its voucher', () => {
  const body: Body = {
    flags,
    lots: [trace('subject', 'L1'), trace('source', 'L0')],
    documents: [paper('upstream', 'D1'), paper('voucher', 'V1')],
  }
  expect(edgesOf('sale', body)).toEqual([
    { from: 'doc:D1', to: 'lot:L1', rule: 'document', confidence: 1 },
    { from: 'lot:L0', to: 'lot:L1', rule: 'batch', confidence: 0.95 },
    { from: 'lot:L1', to: 'doc:V1', rule: 'voucher', confidence: 1 },
  ])
})

test('payments, parties and sites move no goods', () => {
  const body: Body = { flags, documents: [paper('upstream', 'D1'), paper('voucher', 'V1')] }
  for (const kind of ['payment', 'party', 'site'] as const) expect(edgesOf(kind, body)).toEqual([])
})

test('a record makes at most one edge between two codes, none to itself, and only between codes that it mentions', () => {
  const value = fc.constantFrom('1', '2', '3')
  const lots = fc.array(
    fc.tuple(fc.constantFrom('subject', 'source'), value).map(([role, v]) => trace(role as 'subject', v)),
  )
  const papers = fc.array(
    fc
      .tuple(fc.constantFrom('self', 'upstream', 'source', 'voucher'), value)
      .map(([role, v]) => paper(role as 'self', v)),
  )
  const kind = fc.constantFrom('document', 'sale', 'entry', 'dispatch', 'test', 'transformation')
  fc.assert(
    fc.property(kind, lots, papers, (which, someLots, documents) => {
      const body: Body = { flags, lots: someLots, documents }
      const edges = edgesOf(which as 'sale', body)
      const codes = codesOf(body)
      expect(new Set(edges.map(({ from, to }) => `${from} ${to}`)).size).toBe(edges.length)
      for (const { from, to } of edges) {
        expect(from).not.toBe(to)
        expect(codes).toContain(from)
        expect(codes).toContain(to)
      }
    }),
  )
})
