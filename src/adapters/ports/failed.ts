import { AdapterError } from '#adapters/adapter.ts'
import { failureOfError } from '#adapters/http/failure.ts'

/** Codes of name resolution that a person must mend: the name does not exist. */
const NO_SUCH_NAME = 'ENOTFOUND'

/**
 * What an error of network, name or address means for a channel. Errors of an adapter pass as they are. It has no cause: errors of got hold
 * the whole request with its headers, and a log that writes causes out would write secrets.
 */
export function networkError(error: unknown, setting?: string): AdapterError {
  if (error instanceof AdapterError) return error
  const { class: what, detail } = failureOfError(error)
  const blamed = setting === undefined ? {} : { setting }
  if (detail === NO_SUCH_NAME) return new AdapterError('config', 'the name has no address', blamed)
  return new AdapterError(what === 'config' ? 'config' : 'retry', detail, blamed)
}
