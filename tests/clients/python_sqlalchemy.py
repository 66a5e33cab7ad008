"""SQLAlchemy over an imported capture, and loading the extension: python_sqlalchemy.py MODULE CAPTURE DATABASE"""
import datetime
import sqlite3
import sys

import sqlalchemy as sa

module, capture, database = sys.argv[1:4]

# SQLAlchemy 1.4 reads the milliseconds of a TIMESTAMP as microseconds; the driver does not.
engine = sa.create_engine(f"sqlite:///{database}", native_datetime=True,
                          connect_args={"detect_types": sqlite3.PARSE_DECLTYPES})


@sa.event.listens_for(engine, "connect")
def load_tcpvtab(connection, _):
    connection.enable_load_extension(True)
    connection.load_extension(module)
    connection.enable_load_extension(False)


inspector = sa.inspect(engine)
assert inspector.get_table_names() == ["captures", "connections", "packets"]
assert {"report", "report_general", "timeline"} <= set(inspector.get_view_names())
assert inspector.get_pk_constraint("connections")["constrained_columns"] == ["connection_id"]
types = {column["name"]: type(column["type"]) for column in inspector.get_columns("connections")}
assert types["connection_id"] is sa.BIGINT and types["client_ip"] is sa.TEXT
assert types["initial_rtt"] is sa.REAL and types["start_utc"] is sa.TIMESTAMP

connections = sa.Table("connections", sa.MetaData(), autoload_with=engine)
with engine.connect() as connection:
    complete = connection.execute(sa.select(sa.func.sum(connections.c.is_complete))).scalar()
    total = connection.execute(sa.text("SELECT count(*) FROM tcp_connections(:capture)"), {"capture": capture}).scalar()
    one = connection.execute(sa.select(connections).where(connections.c.connection_id == 1)).one()

assert isinstance(one.start_utc, datetime.datetime)
print(f"{total} connections, {complete} complete")
print(f"{one.connection_id}: {one.client_ip}:{one.client_port} -> {one.server_ip}:{one.server_port}, {one.status}")
print(f"{one.packets} packets, {one.bytes} bytes")
print(f"began {one.start_utc.isoformat(' ', 'milliseconds')}, exactly {one.start_ns} ns")
print(f"handshake took {one.initial_rtt:.6f} s")
