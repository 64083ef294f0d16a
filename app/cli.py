"""The command `rembuk`: its verbs, their arguments, and nothing else; each verb lives beside what it commands."""

import argparse
import sys

from app.commands import bench, demo, office, read, safekeeping, seed, serve, tests
from app.safekeeping.book import SafekeepingProblem
from app.settings import SettingsProblem
from app.vault import VaultProblem

VERBS = (serve, demo, seed, office, safekeeping, read, tests, bench)


def main(argv: list[str] | None = None) -> int:
    """Run a verb; the exit status is 0 only when it was done."""
    parser = argparse.ArgumentParser(prog="rembuk", description="Sidang forum musrenbang, dari pendaftaran sampai berita acara.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for module in VERBS:
        module.add(verbs)
    given = parser.parse_args(argv)
    try:
        return int(given.run(given) or 0)
    except (SettingsProblem, VaultProblem, SafekeepingProblem) as problem:
        print(f"rembuk: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
