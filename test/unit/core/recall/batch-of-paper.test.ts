import { expect, test } from 'vitest'
import { ledger, lot, massOf, paper, rehearsalOf, sitesOf } from '#test/recall/ledger.ts'

const farm = {
  region: { code: '330825' },
  sites: [{ role: 'farm', name: '示例合作社', ids: [{ scheme: 'cn.mofcom.node9', value: '330825007' }] }],
}
const cert = (role: 'self' | 'upstream', number = 'C') => paper(role, number, 'promise_cert')

test('a recall of a harvest of which its certificate and its dispatch alone tell states what was sent off, from whichever of its codes it begins', async () => {
  const { records, tell } = ledger()
  tell('document', 0, 1000, { ...farm, lots: [lot('L')], documents: [cert('self')] })
  tell('dispatch', 0, 900, { ...farm, lots: [lot('T'), lot('L', 'source')], documents: [cert('upstream')] })
  tell('entry', 1, 300, { ...sitesOf(1), lots: [lot('T')] })
  for (const list of [records, records.toReversed()])
    for (const root of ['lot:L', 'doc:C', 'lot:T'])
      expect(massOf(await rehearsalOf(list, root)), root).toMatchObject({
        stated: 900,
        found: 300,
        notFound: 600,
      })
})
