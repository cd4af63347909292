"""The checker's own tap and files, and that it is nobody's relative."""

import ast
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checker.pcap import Address, Datagram, read_capture

CHECKER = Path(__file__).parents[2] / "checker"
HEAD = struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 4096, 101)
PACKET = (
    bytes([0x45, *[0] * 8, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2])
    + struct.pack("!HHHH", 5060, 5070, 13, 0)
    + b"hallo"
)


def test_a_capture_is_read_back_to_the_nanosecond_without_a_packet_that_was_cut_off(tmp_path: Path) -> None:
    record = struct.pack("=IIII", 7, 500_000_000, len(PACKET), len(PACKET)) + PACKET
    file = tmp_path / "trace.pcap"
    file.write_bytes(HEAD + record + record[:-1])

    packets = list(read_capture(file))

    assert packets == [Datagram(7.5, Address("127.0.0.1", 5060), Address("127.0.0.2", 5070), b"hallo")]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "trace.pcap"
    file.write_bytes(HEAD.replace(struct.pack("=I", 101), struct.pack("=I", 1)))

    with pytest.raises(ValueError, match="no capture of bare IP packets"):
        list(read_capture(file))


def test_the_checker_imports_nothing_but_itself_and_the_standard_library() -> None:
    imported = {
        (file.name, name)
        for file in CHECKER.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in _names(node)
    }

    strange = {
        (file, name)
        for file, name in imported
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("tests.checker.")
    }
    assert len(imported) > 20
    assert strange == set()


def test_the_checker_loads_nothing_of_the_product() -> None:
    code = "import sys, tests.checker.rates, tests.checker.rules, tests.checker.law, tests.checker.recount; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )

    product = {"app", "calls", "customers", "dialer", "ivr", "metrics", "routing", "simulation"}
    assert not product & set(loaded.stdout.split())


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
