"""SQL over packet captures: a SQLite extension.

    import sqlite3
    import tcpvtab

    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    tcpvtab.load(db)
    db.execute("SELECT * FROM tcp_connections(?)", ("trace.pcap",))
"""
import pathlib
import sqlite3


def loadable_path() -> str:
    """The path of the extension's module, without the suffix, which SQLite adds."""
    return str(pathlib.Path(__file__).with_name("tcpvtab"))


def load(conn: sqlite3.Connection) -> None:
    """Loads the extension into a connection, which must allow it: conn.enable_load_extension(True)."""
    conn.load_extension(loadable_path())
