/**
 * Gives the memory of bytes that were copied back to the system at once, where they have it for themselves. The collector would come to
 * it late: it counts what lies in its heap, and lets tens of megabytes of received bytes gather beside it. Whoever still reads them finds
 * them empty.
 */
export function giveBackBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === byteLength)
    buffer.transfer(0)
}
