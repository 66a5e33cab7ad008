"""Makes the wheel of a built module: make_wheel.py MODULE VERSION FOLDER

A wheel is a ZIP file with the package, its metadata and a list of digests (PEP 427); no other tool is needed.  It fits
every Python 3 on this kind of machine, because the module is loaded by SQLite and not by Python.  Equal input makes an
equal file.
"""
import base64
import hashlib
import pathlib
import sys
import sysconfig
import zipfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest time that ZIP knows


def metadata(version):
    return f"""Metadata-Version: 2.1
Name: tcpvtab
Version: {version}
Summary: SQL over packet captures: a SQLite extension
License: MIT
Keywords: sqlite,pcap,pcapng,tcp
Requires-Python: >=3.8
Description-Content-Type: text/markdown

{(HERE / "README.md").read_text()}"""


def wheel_file(tag):
    return f"Wheel-Version: 1.0\nGenerator: make_wheel.py\nRoot-Is-Purelib: false\nTag: {tag}\n"


def record_line(name, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


def main(module, version, folder):
    tag = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
    info = f"tcpvtab-{version}.dist-info"
    files = {
        "tcpvtab/__init__.py": (HERE / "tcpvtab" / "__init__.py").read_bytes(),
        f"tcpvtab/{module.name}": module.read_bytes(),
        f"{info}/METADATA": metadata(version).encode(),
        f"{info}/WHEEL": wheel_file(tag).encode(),
        f"{info}/LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    record = "".join(record_line(name, content) for name, content in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()

    with zipfile.ZipFile(folder / f"tcpvtab-{version}-{tag}.whl", "w") as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NEVER)
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, content, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]))
