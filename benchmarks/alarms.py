"""Counts how many wrong estimators are refuted, and how many right ones, and writes ``alarms.md`` beside this file.

    python benchmarks/alarms.py [--decided N] [--minutes M] [--seed S]

The estimators are those of ``impostors.py``, ``further_impostors.py``, ``strange_impostors.py`` and
``uncommon_impostors.py`` in ``tests/``. Wrong ones are asked once, by default settings; right ones in rounds with new
seeds, until so many of their datasets are decided altogether or the time is over. A right one that is refuted stays in
the count, and its counterexample on the page. Some ten minutes.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from thetahat import check_estimator
from thetahat.verify import driving, telling_cases

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # which are no package
from further_impostors import FURTHER_IMPOSTORS, FURTHER_RIGHT
from impostors import IMPOSTORS, RIGHT, Entry
from strange_impostors import STRANGE_IMPOSTORS, STRANGE_RIGHT
from uncommon_impostors import UNCOMMON_IMPOSTORS, UNCOMMON_RIGHT

PAGE = Path(__file__).with_name("alarms.md")
WRONG = [*IMPOSTORS, *FURTHER_IMPOSTORS, *STRANGE_IMPOSTORS, *UNCOMMON_IMPOSTORS]
ALL_RIGHT = [*RIGHT, *FURTHER_RIGHT, *STRANGE_RIGHT, *UNCOMMON_RIGHT]
ROUND = 100
"""Datasets of each right estimator in one round."""
OPENING = """# Wrong estimators refuted, right ones not

Written by `python benchmarks/alarms.py`; not to be edited. The estimators are those of `impostors.py`,
`further_impostors.py`, `strange_impostors.py` and `uncommon_impostors.py` in `tests/`; settings are the defaults, the
data those that `check_estimator` draws, seeds new in every round.
"""


def killed(seed: int) -> Iterator[tuple[Entry, int]]:
    """Each wrong estimator, and after how many datasets it was refuted; zero if never."""
    for entry in WRONG:
        report = check_estimator(entry.family, entry.function, seed=seed, **entry.options)
        yield entry, (report.agree + report.disagree + report.undecided) * (not report.ok)


def page(command: str, deaths: dict[str, int], counts: Counter[str], alarms: list[str], minutes: float) -> str:
    """Return the results as Markdown."""
    alive = [name for name, count in deaths.items() if not count]
    lost = sorted(count for count in deaths.values() if count)
    lines = [
        OPENING,
        f"    {command}\n",
        f"Python {platform.python_version()}, NumPy {version('numpy')}, SciPy {version('scipy')}, "
        f"Hypothesis {version('hypothesis')}; {minutes:.0f} minutes of processor time.\n",
        f"- Wrong estimators: {len(lost)} of {len(deaths)} refuted by 200 datasets each"
        + (f", half of them after {lost[len(lost) // 2]} or fewer, the last after {lost[-1]}." if lost else "."),
        *(f"- Not refuted: {name}" for name in alive),
        f"- Right estimators: {len(alarms)} of {len(ALL_RIGHT)} refuted, in {counts['rounds']} rounds on "
        f"{counts['decided']:,} decided datasets; {counts['undecided']:,} more were undecided.",
    ]
    return "\n".join([*lines, *(f"\n    {text.replace(chr(10), chr(10) + '    ')}" for text in alarms)]) + "\n"


def main() -> None:
    """Ask all, and write the page after every round."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--decided", type=int, default=100_000)
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    # How small counterexamples become, and what mistakes are called, is asked elsewhere.
    driving._SHRINK_SECONDS, telling_cases._TRIED = 0.0, 1
    begun, deaths, counts, alarms = time.process_time(), dict[str, int](), Counter[str](), dict[str, str]()
    for entry, count in killed(given.seed):
        deaths[entry.name] = count
    command = f"python benchmarks/alarms.py --decided {given.decided} --minutes {given.minutes:g} --seed {given.seed}"
    while counts["decided"] < given.decided and time.process_time() - begun < 60 * given.minutes:
        counts["rounds"] += 1
        for entry in ALL_RIGHT:
            seed = given.seed + 1000 * counts["rounds"]
            report = check_estimator(entry.family, entry.function, examples=ROUND, seed=seed, **entry.options)
            counts.update(decided=report.agree + report.disagree, undecided=report.undecided)
            if not report.ok:
                alarms.setdefault(entry.name, f"{entry.name}, seed {seed}\n{report}")
                print(alarms[entry.name], flush=True)
        minutes = (time.process_time() - begun) / 60
        PAGE.write_text(page(command, deaths, counts, list(alarms.values()), minutes), encoding="utf-8")
        print(f"{counts['decided']} decided, {len(alarms)} alarms, {minutes:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
