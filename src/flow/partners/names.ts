import forge from 'node-forge'
import { context, TAG } from '#core/der/der.ts'
import { der, derOid } from '#core/der/write.ts'

const { UTF8 } = forge.asn1.Type
const OU = 'Partners'

const attribute = (type: string, value: string) => ({
  type,
  value,
  valueTagClass: UTF8 as unknown as forge.asn1.Class,
})

const OID = { name: '2.5.4.3', serial: '2.5.4.5', organisation: '2.5.4.10', unit: '2.5.4.11' } as const

/** Subject of the authority of a hub. */
export const authorityName = (hub: string) => [
  attribute(OID.organisation, `Trace Hub ${hub}`),
  attribute(OID.name, 'Partner CA'),
]

/** Subject of a partner's certificate; everything the authority issues stands below the first two parts of it. */
export const partnerName = (hub: string, partner: { readonly id: string; readonly name: string }) => [
  attribute(OID.organisation, `Trace Hub ${hub}`),
  attribute(OID.unit, OU),
  attribute(OID.serial, partner.id),
  attribute(OID.name, partner.name),
]

const UTF8_STRING = 0x0c
const part = (oid: string, value: string): Buffer =>
  der(TAG.set, der(TAG.sequence, derOid(oid), der(UTF8_STRING, Buffer.from(value))))

/**
 * `nameConstraints` (RFC 5280, 4.2.1.10) of the authority: names below `O=Trace Hub <hub>, OU=Partners`, and no name or address of a server
 * at all, so that its key could make no certificate of anything else.
 */
export function constraintsOf(hub: string): Buffer {
  const base = der(TAG.sequence, part(OID.organisation, `Trace Hub ${hub}`), part(OID.unit, OU))
  const permitted = der(TAG.sequence, der(context(4), base))
  const anyName = der(TAG.sequence, der(context(2, false)))
  const noAddress = (bytes: number): Buffer => der(TAG.sequence, der(context(7, false), Buffer.alloc(bytes)))
  return der(TAG.sequence, der(context(0), permitted), der(context(1), anyName, noAddress(8), noAddress(32)))
}
