"""Mutants of the slot rule, and how they are run in a fraction of a second each. Used by tests/mutation.py, in its copy.

mutmut writes the mutants. pytest collects once, and each mutant is a fork of that process, which itself runs no test: so
nothing that is kept about zones, rules or days can hide a change. In the fork the mutated code takes the place of the
function's own, wherever that is already known, and the tests that reach the function run until one fails: first those that
noticed its other mutants, then the quickest. A mutant that needs far more time than the tests do counts as noticed.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import importlib
import json
import math
import mmap
import os
import pickle
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.mutation.file_mutation import mutate_file_contents

PACKAGE = "scheduler.availability"
# mutmut passes decorated functions by; it is given them bare, and the decorator stays where the code is put.
DECORATORS = re.compile(r"^ *@(property|cached_property|classmethod|cache|lru_cache.*)\n", re.MULTILINE)
MUTANT = re.compile(r"x(?:_|ǁ(?P<owner>\w+)ǁ)(?P<name>\w+)__mutmut_(?P<number>[0-9]+|orig)")
# Left out: a test that asks every zone of the world, and those that time a search over three centuries.
TESTS = [
    *("tests/availability", "-qq", "--no-header", "--no-summary", "--tb=native", "--capture=no"),
    *("--import-mode=importlib", "-p", "no:cacheprovider", "-k", "not in_every_zone and not is_refused_soon"),
]
MEMORY = 3 * 2**30
ENOUGH = 95  # per cent
NOTICED, SURVIVED, ENDLESS = "noticed", "survived", "endless"


@dataclass(frozen=True, eq=False)
class Mutant:
    """A function and its changed text; without a change it is the function as it was."""

    module: str
    function: str
    change: str
    node: ast.FunctionDef

    @property
    def place(self) -> tuple[str, str]:
        return self.module, self.function

    def take_effect(self) -> None:
        for module in [module for name, module in sys.modules.items() if name.startswith(PACKAGE)]:
            for kept in vars(module).values():  # test modules ask for a zone while they are collected
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()
        self.node.decorator_list = []
        code = compile(ast.Module([self.node], []), "<mutant>", "exec")
        names = dict(vars(importlib.import_module(f"{PACKAGE}.{self.module}")))
        exec(code, names)  # noqa: S102
        made, own = names[self.node.name], function_at(*self.place)
        own.__code__, own.__defaults__, own.__kwdefaults__ = (
            made.__code__, made.__defaults__, made.__kwdefaults__
        )  # fmt: skip


def function_at(module: str, function: str) -> FunctionType:
    """A function or method without its decorator."""
    found: Any = importlib.import_module(f"{PACKAGE}.{module}")
    for name in function.split("."):
        found = vars(found)[name]
    for inner in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, inner, found)
    return found


def mutants_of(module: str) -> Iterator[Mutant]:
    """Those that mutmut writes; before those of each function, that function unchanged."""
    path = Path(*PACKAGE.split("."), f"{module}.py")
    code = mutate_file_contents(str(path), DECORATORS.sub("", path.read_text(encoding="utf-8"))).code
    lines, own = code.splitlines(), []
    for outer in ast.parse(code).body:
        for node in [outer, *(outer.body if isinstance(outer, ast.ClassDef) else ())]:
            named = isinstance(node, ast.FunctionDef) and MUTANT.fullmatch(node.name)
            if not named:
                continue
            text = [
                line.replace(node.name, named["name"]) for line in lines[node.lineno - 1 : node.end_lineno]
            ]
            if named["number"] == "orig":
                own = text
            changed = list(difflib.unified_diff(own, text, n=0, lineterm=""))[2:]
            function = ".".join(filter(None, (named["owner"], named["name"])))
            yield Mutant(module, function, "\n".join(changed), node)


class Runner:
    """A pytest plugin: instead of the tests once, all mutants."""

    def __init__(self, mutants: dict[str, list[Mutant]], unchanged: list[Mutant], children: int) -> None:
        self.modules, self.unchanged, self.children = mutants, unchanged, children
        self.mutants = [one for module in mutants.values() for one in module]
        self.noticed_by: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.culprit = mmap.mmap(
            -1, 4 * (len(self.mutants) + 1)
        )  # shared with the forks: the test that failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        self.seconds, self.reaching = in_a_fork(self.look)
        gc.freeze()
        numbers = iter(range(len(self.mutants)))
        for module, mutants in self.modules.items():
            self.rows: list[dict[str, str]] = []
            self.running: dict[int, int] = {}
            for _, number in zip(mutants, numbers, strict=False):
                if len(self.running) >= self.children:
                    self.reap()
                pid = os.fork()
                if not pid:
                    self.be(number)
                self.running[pid] = number
            while self.running:
                self.reap()
            keep(module, self.rows)
        return True

    def look(self) -> tuple[list[float], dict[tuple[str, str], set[int]]]:
        """How long each test takes, and which functions it reaches. Fails when a test fails: by its change alone is a
        mutant noticed, not by the way in which it is put in place."""
        for one in self.unchanged:
            one.take_effect()
        places = {function_at(*mutant.place).__code__: mutant.place for mutant in self.unchanged}
        reaching: dict[tuple[str, str], set[int]] = defaultdict(set)
        seconds = []
        for number, item in enumerate(self.items):
            reached: set[object] = set()

            def note(frame: FrameType, event: str, _: object, reached: set[object] = reached) -> None:
                if event == "call":
                    reached.add(frame.f_code)

            began = time.process_time()
            sys.setprofile(note)
            good = passes(item)
            sys.setprofile(None)
            seconds.append(time.process_time() - began)
            if not good:
                raise SystemExit(f"Without any mutant, {item.nodeid} fails.")
            for code in reached & places.keys():
                reaching[places[code]].add(number)
        return seconds, dict(reaching)

    def be(self, number: int) -> None:
        """In a fork: runs the tests against one mutant. Never returns."""
        mutant = self.mutants[number]
        noticed = self.noticed_by[mutant.place]
        tests = sorted(
            self.reaching.get(mutant.place, ()), key=lambda test: (-noticed[test], self.seconds[test])
        )
        enough = math.ceil(3 * sum(self.seconds[test] for test in tests)) + 3
        resource.setrlimit(resource.RLIMIT_CPU, (enough, enough))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        status = 2
        try:
            mutant.take_effect()
            for test in tests:
                if not passes(self.items[test]):
                    self.culprit[4 * number : 4 * number + 4] = test.to_bytes(4, "big")
                    os._exit(1)
            status = 0
        finally:
            os._exit(status)

    def reap(self) -> None:
        pid, status = os.wait()
        number, code = self.running.pop(pid), os.waitstatus_to_exitcode(status)
        mutant = self.mutants[number]
        if code == 2:
            raise SystemExit(f"This mutant could not be run: {mutant.function}\n{mutant.change}")
        by = ""
        if code == 1:
            test = int.from_bytes(self.culprit[4 * number : 4 * number + 4], "big")
            self.noticed_by[mutant.place][test] += 1
            by = self.items[test].nodeid
        outcome = {0: SURVIVED, 1: NOTICED}.get(code, ENDLESS)  # by a signal: out of time
        if outcome == SURVIVED:
            print(f"{mutant.module}.{mutant.function}\n{mutant.change}\n", flush=True)
        self.rows.append({"function": mutant.function, "change": mutant.change, "outcome": outcome, "by": by})


def passes(item: pytest.Item) -> bool:
    return all(report.passed for report in runtestprotocol(item, log=False))


def in_a_fork(work: Any) -> Any:
    with tempfile.TemporaryFile() as answer:
        pid = os.fork()
        if not pid:
            try:
                pickle.dump(work(), answer)
                answer.flush()
                os._exit(0)
            except BaseException as error:
                print(repr(error), flush=True)
                os._exit(1)
        if os.waitpid(pid, 0)[1]:
            raise SystemExit(1)
        answer.seek(0)
        return pickle.load(answer)  # noqa: S301


def known(module: str) -> list[dict[str, str]]:
    place = Path(f"results/{module}.json")
    found: list[dict[str, str]] = json.loads(place.read_text(encoding="utf-8")) if place.exists() else []
    return found


def keep(module: str, rows: list[dict[str, str]]) -> None:
    """New outcomes, and of the earlier ones those of mutants that there still are and that were not run again."""
    now = {(row["function"], row["change"]): row for row in rows}
    there = [(one.function, one.change) for one in mutants_of(module) if one.change]
    before = {(row["function"], row["change"]): row for row in known(module)}
    kept = [now.get(one) or before[one] for one in there if one in now or one in before]
    Path("results").mkdir(exist_ok=True)
    Path(f"results/{module}.json").write_text(
        json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8"
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--children", type=int, default=1)
    asked = parser.parse_args()
    # A failing example need not be made small.
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutants")
    mutants, unchanged = {}, []
    for module in asked.modules:
        done = {(row["function"], row["change"]) for row in known(module) if row["outcome"] != SURVIVED}
        found = list(mutants_of(module))
        unchanged += [one for one in found if not one.change]
        mutants[module] = [
            one
            for one in found
            if one.change and not (asked.survivors and (one.function, one.change) in done)
        ]
    if pytest.main(TESTS, plugins=[Runner(mutants, unchanged, asked.children)]):
        print("The tests did not run.")
        return 1
    every: Counter[str] = Counter()
    for module in asked.modules:
        counts = Counter(row["outcome"] for row in known(module))
        every += counts
        print(
            f"{module:12}{counts.total():6} mutants, {counts[SURVIVED]:4} not noticed, {counts[ENDLESS]:3} endless"
        )
    share = 100 * (1 - every[SURVIVED] / every.total())
    print(f"{every.total()} mutants, {every[SURVIVED]} not noticed: {share:.1f} % noticed")
    return share < ENOUGH


if __name__ == "__main__":
    raise SystemExit(main())
