import { type DocumentRequest, readDocument } from '#flow/trace/read-document.ts'
import type { Reader } from '#store/sighted.ts'
import type { DocumentLookup } from './schema.ts'

/**
 * The papers that bear a number, and the one that is meant where there is no choice. A paper that several systems tell of is one paper;
 * papers of different types or days of issue are several. HubError `not_found` where no record names the number.
 */
export async function findDocument(
  hub: Reader,
  request: Omit<DocumentRequest, 'type'>,
  reader: Reader = hub,
): Promise<DocumentLookup> {
  const document = await readDocument(hub, { ...request, type: 'any' }, reader)
  const { number, candidates, reasons } = document
  const isOne = !reasons.some(({ code }) => code === 'several_papers')
  return { number, candidates, document: isOne ? document : null }
}
