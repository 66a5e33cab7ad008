// Makes one file of the page: each line `<!-- include FILE -->` becomes that file's text.
//
//     node bundle.mjs OUTPUT NODE_MODULES
//
// FILE is looked for beside this script, then in NODE_MODULES.
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const [output, modules] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));

function include(file) {
  const own = join(here, file);
  const text = readFileSync(existsSync(own) ? own : join(modules, file), 'utf8').trimEnd();
  if (/<\/(script|style)|-->/i.test(text))
    throw new Error(`${file} holds what would end the element around it`);
  return text;
}

const page = readFileSync(join(here, 'page.html'), 'utf8');
mkdirSync(dirname(output), {recursive: true});
writeFileSync(output, page.replace(/^<!-- include (\S+) -->$/gm, (_, file) => include(file)));
