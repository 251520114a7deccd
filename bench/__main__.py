"""All benchmarks, one after the other: `python -m bench`, or some: `python -m bench petition export`."""

from __future__ import annotations

import subprocess
import sys

ALL = ("petition", "confirm", "export", "mail", "prisoners", "prisoner_import", "chamber_import", "timing")


def main() -> None:
    """Run each in a process of its own; the first that fails ends the run."""
    wanted = sys.argv[1:] or list(ALL)
    unknown = set(wanted) - set(ALL)
    if unknown:
        raise SystemExit(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    for name in wanted:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


if __name__ == "__main__":
    main()
