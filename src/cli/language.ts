/** The language of the command line: HUB_LANG, else Chinese. */
export const cliLanguage = (): 'zh' | 'en' => (process.env['HUB_LANG'] === 'en' ? 'en' : 'zh')
