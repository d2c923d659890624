/** The page of the OpenAPI reader. Its scripts are files of the hub, so that its policy needs no exception for inline ones. */
export const READER_PAGE = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trace Hub API · 追溯枢纽接口</title>
<link rel="icon" href="data:,">
</head>
<body>
<div id="app"></div>
<noscript><p>This page needs scripts; the document itself is <a href="/openapi.json">/openapi.json</a>. 本页需要启用脚本。</p></noscript>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

/** Starts the reader with everything off that would call another host. */
export const READER_START = `Scalar.createApiReference('#app', ${JSON.stringify({
  url: '/openapi.json',
  proxyUrl: '',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  persistAuth: false,
  authentication: { preferredSecurityScheme: 'key' },
  theme: 'default',
  defaultOpenAllTags: false,
  metaData: { title: 'Trace Hub API · 追溯枢纽接口' },
})})
`
