/**
 * Gives back what only a start needed: about half of the heap when all modules and mappings are read. The collector itself would come to
 * it some seconds after the process has had nothing to do, which may be never. Does nothing where `bin/hub` did not start the process.
 */
export const giveBackMemory = (): void =>
  void globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
