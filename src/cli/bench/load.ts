import autocannon from 'autocannon'

/** A load of requests over kept-alive connections: bodies are made on the fly, each its own. */
export interface Load {
  readonly url: string
  readonly key?: string
  readonly connections: number
  readonly requests: number
  readonly body: () => Buffer | string
}

/** Sends the load and gives the seconds it took. Any answer but 2xx is an error: a figure of failed requests is none. */
export async function sendLoad(load: Load): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(load.key ? { authorization: `Bearer ${load.key}` } : {}),
  }
  const started = performance.now()
  const result = await autocannon({
    url: load.url,
    method: 'POST',
    headers,
    connections: load.connections,
    amount: load.requests,
    timeout: 60,
    requests: [{ setupRequest: (request) => ({ ...request, body: load.body() }) }],
  })
  const seconds = (performance.now() - started) / 1000
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${load.url}: ${result.non2xx} answers without 2xx, ${result.errors} errors`)
  }
  return seconds
}
