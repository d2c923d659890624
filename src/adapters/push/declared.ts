import type { Encoding } from './charset.ts'

const FAMILY: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  unicode11utf8: 'utf-8',
  ascii: 'ascii',
  usascii: 'ascii',
  iso88591: 'latin',
  gbk: 'gb18030',
  cp936: 'gb18030',
  gb2312: 'gb18030',
  gb18030: 'gb18030',
  hzgb2312: 'gb18030',
  utf16: 'utf-16',
  utf16le: 'utf-16',
  utf16be: 'utf-16',
}

const XML_DECLARATION = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/

/** Encoding that an XML declaration names, or null. */
export function xmlDeclaredEncoding(text: string): string | null {
  return XML_DECLARATION.exec(text.slice(0, 300))?.[1] ?? null
}

/**
 * Whether a declared name contradicts the encoding that the bytes turned out to have. GB2312, GBK and GB 18030 are one family;
 * a name that nobody knows contradicts; bytes that are all ASCII fit any name but UTF-16.
 */
export function contradicts(declared: string, real: Encoding, ascii: boolean): boolean {
  const name = FAMILY[declared.toLowerCase().replace(/[^a-z0-9]/g, '')]
  const family = real.startsWith('utf-16') ? 'utf-16' : real
  if (ascii && family === 'utf-8') return name === 'utf-16'
  return name !== family
}
