"""Python's sqlite3: python_sqlite3.py MODULE CAPTURE"""
import sqlite3
import sys

module, capture = sys.argv[1:3]

db = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)  # TIMESTAMP becomes datetime
db.enable_load_extension(True)
db.load_extension(module)
db.enable_load_extension(False)
db.row_factory = sqlite3.Row

total = db.execute("SELECT count(*), sum(is_complete) FROM tcp_connections(?)", (capture,)).fetchone()
one = db.execute("SELECT * FROM tcp_connections(?) WHERE connection_id = 1", (capture,)).fetchone()

assert one["vlan_id"] is None and type(one["start_time"]) is float
print("{} connections, {} complete".format(*total))
print("{connection_id}: {client_ip}:{client_port} -> {server_ip}:{server_port}, {status}".format(**one))
print("{packets} packets, {bytes} bytes".format(**one))
print(f"began {one['start_utc'].isoformat(' ', 'milliseconds')}, exactly {one['start_ns']} ns")
print("handshake took {initial_rtt:.6f} s".format(**one))
