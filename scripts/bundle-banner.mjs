/** The head of a bundle: packages written for require() ask for it and for their folder at run time. */
export const BANNER = [
  "import { createRequire as mortarRequire } from 'node:module';",
  'const require = mortarRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');
