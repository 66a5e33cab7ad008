// sql.js, SQLite as WebAssembly, as in a browser: cannot load the extension, reads an imported capture.
//     node sql_js.js MODULE CAPTURE DATABASE
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const initSqlJs = require('sql.js');

initSqlJs().then((SQL) => {
  const db = new SQL.Database(fs.readFileSync(process.argv[4]));
  const [lines] = db.exec(fs.readFileSync(path.join(__dirname, '..', 'summary.sql'), 'utf8'));
  console.log(lines.values.flat().join('\n'));
});
