// Node's better-sqlite3: node better_sqlite3.js MODULE CAPTURE
'use strict';
const assert = require('node:assert');
const Database = require('better-sqlite3');

const [module_path, capture] = process.argv.slice(2);

const db = new Database(':memory:');
db.loadExtension(module_path);

const total = db.prepare('SELECT count(*) AS connections, sum(is_complete) AS complete FROM tcp_connections(?)').get(capture);
const query = db.prepare('SELECT * FROM tcp_connections(?) WHERE connection_id = 1');
query.safeIntegers(); // nanoseconds are beyond 2^53: whole numbers become BigInt
const one = query.get(capture);

const types = Object.fromEntries(query.columns().map((column) => [column.name, column.type]));
assert.deepStrictEqual([types.start_utc, types.start_ns, types.status, types.initial_rtt],
                       ['TIMESTAMP', 'BIGINT', 'TEXT', 'REAL']);
assert.strictEqual(one.vlan_id, null);

console.log(`${total.connections} connections, ${total.complete} complete`);
console.log(`${one.connection_id}: ${one.client_ip}:${one.client_port} -> ${one.server_ip}:${one.server_port}, ${one.status}`);
console.log(`${one.packets} packets, ${one.bytes} bytes`);
console.log(`began ${one.start_utc}, exactly ${one.start_ns} ns`);
console.log(`handshake took ${one.initial_rtt.toFixed(6)} s`);
