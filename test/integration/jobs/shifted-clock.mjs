/** Preloaded by a process whose clock is to be wrong by `SHIFT_MS` milliseconds. */
const shift = Number(process.env.SHIFT_MS)
const Right = Date
globalThis.Date = class extends Right {
  constructor(...given) {
    if (given.length === 0) super(Right.now() + shift)
    else super(...given)
  }
  static now() {
    return Right.now() + shift
  }
}
