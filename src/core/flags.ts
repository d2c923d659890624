/**
 * Quality flags: what is known to be doubtful about a value or a record. `W_` marks and lets pass, `E_` names damage; the same
 * `E_` codes are the codes of a rejection when they touch what a record cannot do without (its key, its time, its parties).
 */
export const FLAGS = {
  W_UNIT_SUSPECT:
    'A mass, unit or price that cannot be read or cannot be true, such as a price outside the band of the product',
  W_TRACE_FORM_AMBIGUOUS:
    'A 20-digit code that fits form A (operator + serial) and form B (node + date + serial)',
  W_AREA_OBSOLETE: 'A region code or name that had ended at the time of the record',
  W_AREA_AMBIGUOUS: 'A region that leads to several places; the candidates are listed, none is chosen',
  W_AREA_CHANGED: 'A region code whose territory changed: what it covered depends on the date',
  W_AREA_UNKNOWN: 'A region code or name that GB/T 2260 never had',
  W_DOC_TYPE_GUESSED: 'The type of a document was told from the shape of its number',
  W_DOC_EXPIRED: 'A document used after its last valid day',
  W_DOC_TERRITORY: 'A document used outside the territory that it is valid for',
  W_TAG_PARTIAL: 'An ear tag of which only the last digits were written',
  W_ID_CHECK_FAIL: 'An identifier whose check digit is wrong',
  W_ID_UNKNOWN: 'An identifier that fits none of the known schemes',
  W_TIME_RANGE: 'A time before 2009 or later than tomorrow',
  W_FUTURE_TIME: 'A time later than the receipt of the message',
  W_LATE: 'A version older than the one already known',
  W_KEY_TWICE: 'A key that stands more than once in its message, with other content each time',
  W_CLAIM:
    'A correction or a void of a record that another hub owns; it is kept as a claim for its owner to decide',
  W_DANGLING_REF: 'A reference to a record that has not arrived yet',
  W_TEST_DATA: 'A value that looks like test data',
  W_ENUM_UNKNOWN: 'A value that the enumeration of the source does not name; the raw text is kept',
  W_ENC_DECL: 'The declared encoding is not the encoding of the bytes',
  W_PRODUCT_UNKNOWN: 'A product that no code table or alias names',
  E_PRECISION_LOST: 'A code that went through a spreadsheet or a floating-point number and lost digits',
  E_ENCODING: 'Text that was destroyed by a wrong character set before it was sent',
  E_SCHEMA: 'A value that the record cannot do without is missing or unreadable',
  E_NO_KEY: 'The key of the source record is missing',
  E_PEER: 'A change that the peer may not bring, or that does not keep the contract between hubs',
  E_SIGN: 'A message whose signature does not fit the secret of its system',
} as const

/** Code of a quality flag. */
export type Flag = keyof typeof FLAGS
