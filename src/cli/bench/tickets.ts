/** Retail tickets as scales send them: a system of its own beside the trades, so that links can tell them apart. */
export function ticketMaker(prefix: string): () => { readonly name: string; readonly body: Buffer } {
  let n = 0
  return () => {
    n++
    const name = `${prefix}${String(n).padStart(9, '0')}`
    const ticket = {
      sn: 'SC-330105012-A023-01',
      mkt: '330105012',
      booth: `A-${n % 80}`,
      mch: '92023',
      plu: '0007',
      name: '五花肉',
      g: 1000 + (n % 900),
      tare: 8,
      up: 2960,
      amt: 3000 + (n % 900),
      pay: 1 + (n % 4),
      tk: name,
      ts: 1_713_138_131 + (n % 3600),
      up_ts: 1_713_142_000,
      st: 1,
    }
    return { name, body: Buffer.from(`${JSON.stringify(ticket)}\n`) }
  }
}
