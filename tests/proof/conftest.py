"""The figures of the runs are printed at the end, whichever process ran them."""

import pytest

from tests.proof.test_nothing_is_lost import FIGURES

HEAD = ("acknowl.", "read", "repeated", "refused", "returns", "median", "slowest")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [value for report in terminalreporter.stats.get("passed", ()) for name, value in report.user_properties if name == FIGURES]
    if lines:
        terminalreporter.section("nothing is lost")
        head = " ".join(f"{name:>9}" for name in HEAD[:5]) + " " + " ".join(f"{name:>7}" for name in HEAD[5:])
        terminalreporter.write_line(f"{'database':11} {'fault':18} cycles {head}")
        for line in sorted(lines):
            terminalreporter.write_line(line)
        terminalreporter.write_line("median and slowest: seconds from being reachable again to the first acknowledgement")
