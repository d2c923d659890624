import {
  readBatch,
  readCommodity,
  readCustoms,
  readEarTag,
  readEarTagTail,
  readGln,
  readGtin,
  readOpen,
  readOrganic,
  readSc,
  readSgtin,
  readTrace,
  readTraceA,
  readTraceB,
} from './read-goods.ts'
import { readBizReg, readCitizenId, readNode, readOperator, readOrgCode, readUscc } from './read-party.ts'
import type { Hints, Reader, Reading } from './reading.ts'
import type { IdScheme } from './scheme.ts'

const READERS: ReadonlyMap<string, Reader> = new Map<IdScheme, Reader>([
  ['cn.uscc', readUscc],
  ['cn.orgcode9', readOrgCode],
  ['cn.bizreg15', readBizReg],
  ['cn.idcard.hash', readCitizenId],
  ['cn.mofcom.node9', readNode],
  ['cn.mofcom.operator13', readOperator],
  ['cn.mofcom.tran20a', readTraceA],
  ['cn.mofcom.trace20b', readTraceB],
  ['cn.mofcom.trace20.ambiguous', readTrace],
  ['cn.mofcom.batch16', readBatch],
  ['cn.eartag15', readEarTag],
  ['cn.eartag.tail3', readEarTagTail],
  ['cn.sc14', readSc],
  ['cn.organic17', readOrganic],
  ['cn.customs.decl18', readCustoms],
  ['cn.customs.hs10', readCommodity],
  ['gs1.gtin', readGtin],
  ['gs1.gln', readGln],
  ['gs1.sgtin', readSgtin],
])

/** Reads a normalised code as one of the scheme; schemes whose form no standard fixes take any number. */
export function read(scheme: IdScheme, code: string, hints: Hints): Reading | null {
  const reader = READERS.get(scheme)
  return reader ? reader(code, hints) : readOpen(scheme, code)
}
