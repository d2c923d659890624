/** The newest position of the log, never older than `maxAgeMs` when it is asked for; one query for all who ask at once. */
export function createHead(read: () => Promise<bigint>, maxAgeMs: number): () => Promise<bigint> {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<bigint> | undefined
  return () => {
    if (answer && performance.now() - asked < maxAgeMs) return answer
    asked = performance.now()
    const current = read()
    answer = current
    // An error is for those who asked together, and the next one asks again.
    current.catch(() => {
      if (answer === current) answer = undefined
    })
    return current
  }
}
