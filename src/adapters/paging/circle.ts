/** Whether a place was visited before, however long the circle is, in constant memory (Brent: one place is kept, twice as long each time). */
export function circleTest(): (place: string) => boolean {
  let kept: string | null = null
  let steps = 0
  let power = 1
  return (place) => {
    if (place === kept) return true
    if (++steps === power) {
      kept = place
      steps = 0
      power *= 2
    }
    return false
  }
}
