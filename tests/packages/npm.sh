#!/bin/sh
# The npm packages, packed and installed by npm: npm.sh BUILD FOLDER CAPTURE
set -eu
build=$1 folder=$2 capture=$3

rm -rf "$folder" "$build"/package/*.tgz
"$CMAKE" --build "$build" --target npm-package >/dev/null
mkdir -p "$folder"
cd "$folder"
npm install --silent --offline --no-audit --no-fund --prefix . "$build"/package/*.tgz
cat >check.mjs <<'NODE'
import { createRequire } from 'node:module';
import assert from 'node:assert';
import * as tcpvtab from 'tcpvtab';

const require = createRequire(import.meta.url);
const Database = require('better-sqlite3');
const { version } = require('./node_modules/tcpvtab-' + process.platform + '-' + process.arch + '/package.json');

const db = new Database(':memory:');
tcpvtab.load(db);
assert.strictEqual(db.prepare('SELECT tcp_version()').pluck().get(), version);
assert.strictEqual(require('tcpvtab').getLoadablePath(), tcpvtab.getLoadablePath());
console.log(tcpvtab.getLoadablePath());
NODE
module=$(node check.mjs)
node "$OLDPWD/../clients/node/better_sqlite3.js" "$module" "$capture"
