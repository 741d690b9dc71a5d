"""Mutants of the slot rule, and how they are run in a fraction of a second each. Used by tests/mutation.py, in its copy.

mutmut writes the mutants. pytest collects once, and each mutant is a fork of that process, which itself runs no test: so
nothing that is kept about zones, rules or days can hide a change. In the fork the mutated code takes the place of the
function's own, wherever that is already known, and the tests that reach the function run until one fails: first those that
noticed its other mutants, then the quickest. A mutant that needs far more time than the tests do counts as noticed.
"""

from __future__ import annotations

import __future__
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
NOTICED, SURVIVED, ENDLESS = "noticed", "survived", "endless"


@dataclass(frozen=True, eq=False)
class Mutant:
    module: str
    function: str
    change: str
    node: ast.FunctionDef

    @property
    def place(self) -> tuple[str, str]:
        return self.module, self.function

    def take_effect(self) -> None:
        self.node.decorator_list = []
        code = compile(
            ast.Module([self.node], []), "<mutant>", "exec", __future__.annotations.compiler_flag, True
        )
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
                continue
            changed = list(difflib.unified_diff(own, text, n=0, lineterm=""))[3:]
            function = ".".join(filter(None, (named["owner"], named["name"])))
            yield Mutant(module, function, "\n".join(line for line in changed if line[0] in "+-"), node)


class Runner:
    """A pytest plugin: instead of the tests once, all mutants."""

    def __init__(self, mutants: list[Mutant], children: int) -> None:
        self.mutants, self.children = mutants, children
        self.outcomes: dict[Mutant, tuple[str, str]] = {}
        self.noticed_by: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.culprits = mmap.mmap(-1, 4 * len(mutants))  # shared with the forks: which test each one failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        self.seconds, self.reaching = in_a_fork(self.look)
        gc.freeze()
        running: dict[int, int] = {}
        for number in range(len(self.mutants)):
            if len(running) >= self.children:
                self.reap(running)
            pid = os.fork()
            if not pid:
                self.be(number)
            running[pid] = number
        while running:
            self.reap(running)
        return True

    def look(self) -> tuple[list[float], dict[tuple[str, str], set[int]]]:
        """How long each test takes, and which functions it reaches. Fails when a test fails."""
        places = {function_at(*mutant.place).__code__: mutant.place for mutant in self.mutants}
        reaching: dict[tuple[str, str], set[int]] = defaultdict(set)
        seconds = []
        for number, item in enumerate(self.items):
            reached = set()

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
        first = self.noticed_by[mutant.place]
        tests = sorted(
            self.reaching.get(mutant.place, ()), key=lambda test: (-first[test], self.seconds[test])
        )
        enough = math.ceil(3 * sum(self.seconds[test] for test in tests)) + 3
        resource.setrlimit(resource.RLIMIT_CPU, (enough, enough))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        status = 2
        try:
            mutant.take_effect()
            for test in tests:
                if not passes(self.items[test]):
                    self.culprits[4 * number : 4 * number + 4] = test.to_bytes(4)
                    os._exit(1)
            status = 0
        finally:
            os._exit(status)

    def reap(self, running: dict[int, int]) -> None:
        pid, status = os.wait()
        number = running.pop(pid)
        mutant, code = self.mutants[number], os.waitstatus_to_exitcode(status)
        test = int.from_bytes(self.culprits[4 * number : 4 * number + 4])
        if code == 2:
            raise SystemExit(f"This mutant could not be run: {mutant.function}\n{mutant.change}")
        if code == 1:
            self.noticed_by[mutant.place][test] += 1
        outcome = {0: SURVIVED, 1: NOTICED}.get(code, ENDLESS)  # by a signal: out of time
        self.outcomes[mutant] = outcome, self.items[test].nodeid if code == 1 else ""
        if outcome == SURVIVED:
            print(f"{mutant.module}.{mutant.function}\n{mutant.change}\n", flush=True)


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


def results_of(module: str) -> Path:
    return Path(f"results/{module}.json")


def left(module: str) -> set[tuple[str, str]]:
    """The mutants that nothing noticed the last time, as (function, change)."""
    known = json.loads(results_of(module).read_text(encoding="utf-8"))
    return {(one["function"], one["change"]) for one in known if one["outcome"] == SURVIVED}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--children", type=int, default=1)
    asked = parser.parse_args()
    # A failing example need not be made small.
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutants")
    mutants = []
    for module in asked.modules:
        again = left(module) if asked.survivors else set()
        mutants += [
            one for one in mutants_of(module) if not asked.survivors or (one.function, one.change) in again
        ]
    runner = Runner(mutants, asked.children)
    if pytest.main(TESTS, plugins=[runner]):
        raise SystemExit("The tests could not be collected.")
    Path("results").mkdir(exist_ok=True)
    for module in asked.modules:
        rows = [
            {"function": one.function, "change": one.change, "outcome": outcome, "by": by}
            for one, (outcome, by) in runner.outcomes.items()
            if one.module == module
        ]
        counts = Counter(row["outcome"] for row in rows)
        print(f"{module}: {len(rows)} mutants, {counts[SURVIVED]} not noticed, {counts[ENDLESS]} endless")
        if not asked.survivors:
            results_of(module).write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
