import qrcode from 'qrcode-generator'
import { blackAndWhitePng } from './png.ts'

/** How a QR code is drawn. */
export interface QrLook {
  /** Width and height in pixels, quiet zone included. */
  readonly size: number
  /** Width of the quiet zone in modules; four are what readers need. */
  readonly margin: number
}

export const QR_BOUNDS = { size: [64, 2048], margin: [4, 20] } as const
export const QR_DEFAULT: QrLook = { size: 320, margin: 4 }

/** Modules of a QR code (ISO/IEC 18004) with error correction M: a stained label is still read. */
interface Modules {
  readonly count: number
  isDark(row: number, column: number): boolean
}

function modulesOf(text: string): Modules {
  const code = qrcode(0, 'M')
  code.addData(text, 'Byte')
  code.make()
  return { count: code.getModuleCount(), isDark: (row, column) => code.isDark(row, column) }
}

/** A vector picture; one path, so that no gaps show between modules. */
export function qrSvg(text: string, { size, margin }: QrLook): string {
  const { count, isDark } = modulesOf(text)
  const side = count + 2 * margin
  let path = ''
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      let length = 0
      while (column + length < count && isDark(row, column + length)) length++
      if (length > 0) path += `M${column + margin} ${row + margin}h${length}v1h-${length}z`
      column += length
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${size}" height="${size}" shape-rendering="crispEdges"><rect width="${side}" height="${side}" fill="#fff"/><path d="${path}" fill="#000"/></svg>\n`
}

/** A picture of exactly `size` pixels, or larger where a module would not have one; whole pixels for each module, the rest is margin. */
export function qrPng(text: string, { size, margin }: QrLook): Buffer {
  const { count, isDark } = modulesOf(text)
  const scale = Math.max(1, Math.floor(size / (count + 2 * margin)))
  const side = Math.max(size, (count + 2 * margin) * scale)
  const first = Math.floor((side - count * scale) / 2)
  const moduleAt = (pixel: number): number => Math.floor((pixel - first) / scale)
  return blackAndWhitePng(side, (x, y) => {
    const [column, row] = [moduleAt(x), moduleAt(y)]
    return column >= 0 && row >= 0 && column < count && row < count && isDark(row, column)
  })
}
