# SPDX-License-Identifier: Apache-2.0
"""Which mutants of the rules there are, for `mutate.py`: small changes of one place each.

Only code that a host compiler reads is changed: no comments, strings, preprocessor lines, template
heads or `static_assert`, and nothing between `#if defined(__CUDA_ARCH__)` and its `#else`.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = (
    "resample/rules/*.hpp",
    "voxelize/rules/*.hpp",
    "detail/exact.hpp",
    "detail/fast_divide.hpp",
    "detail/trigonometry.hpp",
    "resample/collective/search.hpp",
    "scalar.hpp",
    "time.hpp",
)

# What conditions of the preprocessor are for GCC and Clang without CUDA.
DEFINED = {"__CUDA_ARCH__": False, "__CUDACC__": False, "__GNUC__": True}


@dataclass(frozen=True)
class Mutant:
    number: int
    file: str  # below include/robocache
    line: int
    mutator: str
    begin: int  # in the file's text
    end: int
    text: str  # what comes between begin and end

    def apply(self, source: str) -> str:
        return source[: self.begin] + self.text + source[self.end :]

    def lines(self, source: str) -> tuple[str, str]:
        """The changed lines before and after, without indentation, as one line each."""
        first = source.rfind("\n", 0, self.begin) + 1
        last = source.find("\n", self.end)
        before = source[first:last]
        after = source[first : self.begin] + self.text + source[self.end : last]
        return one_line(before), one_line(after)


def one_line(text: str) -> str:
    return " ".join(text.split())


def sources(include: Path) -> list[str]:
    found: set[str] = set()
    for pattern in SOURCES:
        paths = list(include.glob(pattern))
        if not paths:
            raise FileNotFoundError(f"{include}/{pattern}")
        found.update(path.relative_to(include).as_posix() for path in paths)
    return sorted(found)


# ----------------------------------------------------------------------------- what is code of ours


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def host_takes(condition: str) -> bool | None:
    """Whether a host compiler reads what follows `#if condition`; None: this cannot say."""
    names = re.findall(r"defined\((\w+)\)", condition)
    if not names or re.sub(r"!?defined\(\w+\)|&&|\|\||\s", "", condition):
        return None
    values = [
        DEFINED[name] != bool(negated) if name in DEFINED else None
        for negated, name in re.findall(r"(!?)defined\((\w+)\)", condition)
    ]
    if None in values or ("&&" in condition and "||" in condition):
        return None
    return any(values) if "||" in condition else all(values)


def code_only(source: str) -> str:
    """The text with blanks in the place of what is not changed; every place stays where it is."""
    text = re.sub(
        r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"",
        lambda found: blank(found.group()),
        source,
        flags=re.DOTALL,
    )
    lines = text.split("\n")
    taken: list[bool | None] = []  # of each `#if` that is open
    continued = False
    for i, line in enumerate(lines):
        directive = re.match(r"\s*#\s*(\w+)\s*(.*)", line)
        if directive:
            word, rest = directive.groups()
            if word == "if":
                taken.append(host_takes(rest))
            elif word in ("ifdef", "ifndef"):
                taken.append(host_takes(f"{'!' * (word == 'ifndef')}defined({rest.strip()})"))
            elif word in ("else", "elif"):
                before = taken.pop()
                taken.append(None if before is None else not before)
            elif word == "endif":
                taken.pop()
        if directive or continued or False in taken:
            lines[i] = blank(line)
        continued = bool(directive or continued) and line.endswith("\\")
    text = "\n".join(lines)
    for pattern in (
        r"static_assert\s*\([^;]*;",
        r"\busing\s[^;]*;",
        r"\btemplate\s*<[^;{]*?>(?=\s*(?:\n|struct|inline|ROBOCACHE|class|using))",
        r"\boperator\s*(?:\(\)|\[\]|[<>=!+*/-]+)",
        r"\benum class[^;]*;",
        r"\bcase [^:]*:",
    ):
        text = re.sub(pattern, lambda found: blank(found.group()), text)
    return text


def closing(text: str, opening: int) -> int:
    """Where the bracket that opens at `opening` is closed."""
    depth = 0
    for i in range(opening, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i
    raise ValueError(f"no bracket closes the one at {opening}")


def arguments(text: str, opening: int) -> list[tuple[int, int]]:
    """The arguments in the parentheses that open at `opening`, without blanks at their ends."""
    end = closing(text, opening)
    cuts = [opening]
    depth = 0
    for i in range(opening + 1, end):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if text[i] == "," and depth == 0:
            cuts.append(i)
    cuts.append(end)
    found = []
    for a, b in zip(cuts, cuts[1:]):
        begin = b - len(text[a + 1 : b].lstrip())
        found.append((begin, begin + len(text[begin:b].rstrip())))
    return found


# ---------------------------------------------------------------------------------------- mutators

Change = tuple[str, int, int, str]  # mutator, begin, end, text

EXCHANGED = (
    ("boundary", {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}),
    ("comparison", {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}),
    ("logic", {"&&": "||", "||": "&&"}),
    ("arithmetic", {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"}),
    ("assignment", {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "<<=": ">>="}),
    ("bits", {"&": "|", "|": "&", "<<": ">>", ">>": "<<", "^": "&"}),
)
FUNCTIONS = (
    ("min/max", {"least_of": "greatest_of", "greatest_of": "least_of"}),
    ("arithmetic", {"exact_add": "exact_sub", "exact_sub": "exact_add", "exact_mul": "exact_div",
                    "exact_div": "exact_mul"}),
    ("rounding", {"host_floor": "host_rint", "exact_rint": "", "host_rint": "", "exact_sqrt": "",
                  "host_sqrt": ""}),
)


def operators(text: str) -> Iterator[Change]:
    # clang-format puts blanks around binary operators, and none around template brackets.
    pattern = r"(?<=\s)(?:[<>=!]=|<<=?|>>|&&|\|\||[-+*/|]=|[-+*/%&|^<>])(?=\s)"
    for found in re.finditer(pattern, text):
        for mutator, exchanged in EXCHANGED:
            if found.group() in exchanged:
                yield mutator, found.start(), found.end(), exchanged[found.group()]


def steps(text: str) -> Iterator[Change]:
    for found in re.finditer(r"\+\+|--", text):
        other = "--" if found.group() == "++" else "++"
        yield "assignment", found.start(), found.end(), other


def literals(text: str) -> Iterator[Change]:
    pattern = r"(?<![\w.'])(?<!p[+-])(?<!e[+-])(0x[0-9a-fA-F']+|\d[\d']*)([uUlL]*)(?![\w.'])"
    for found in re.finditer(pattern, text):
        # The length of an array that is declared: `Real rotation[9];`, `Real (&p)[3]`.
        head = text[: found.start()]
        if re.search(r"(?:[\w>]\s+\w+|\(&\w+\))\[$", head) and not re.search(
            r"(?:return|<|=|\+|-)\s+\w+\[$", head
        ):
            continue
        digits = found.group(1).replace("'", "")
        value = int(digits, 0) if digits.startswith("0x") else int(digits)
        shown = "{:#x}{}" if digits.startswith("0x") else "{}{}"
        yield "off by one", found.start(), found.end(), shown.format(value + 1, found.group(2))
        if value > 0:
            yield "off by one", found.start(), found.end(), shown.format(value - 1, found.group(2))
    # A real number, doubled; of 0 comes 1.
    for found in re.finditer(r"(?<![\w.])(0x[\da-f.]+p[+-]?\d+|\d+\.\d+)(f?)(?!\w)", text):
        number, suffix = found.groups()
        zero = not number.startswith("0x") and float(number) == 0
        yield "number", found.start(), found.end(), f"1.0{suffix}" if zero else (
            f"(2 * {number}{suffix})")


def negations(text: str) -> Iterator[Change]:
    for found in re.finditer(r"(?<![\w)\]])!(?=[\w(:])", text):
        yield "negation", found.start(), found.end(), ""
    pattern = r"(?:(?<=[(,{?:=!])|(?<=[(,{?:=!]\s)|(?<=return ))[-~](?=[\w(])"
    for found in re.finditer(pattern, text):
        yield "negation", found.start(), found.end(), ""


def functions(text: str) -> Iterator[Change]:
    for mutator, exchanged in FUNCTIONS:
        for found in re.finditer(r"(?<![\w:])(?:detail::)?(\w+)(?=\()", text):
            name = found.group(1)
            # Definitions have a type in front.
            if name not in exchanged or re.search(r"[\w>]\s+$", text[: found.start()]) and (
                not re.search(r"\breturn\s+$", text[: found.start()])
            ):
                continue
            yield mutator, found.start(1), found.end(1), exchanged[name]


def roundings(text: str) -> Iterator[Change]:
    """Roundings more and fewer, arguments exchanged, conversions left out."""
    for found in re.finditer(r"(?<=[\s(!-])((?:detail::)?)exact_(fma|add|sub)(?=\()", text):
        if re.search(r"(?:inline|float|double|Real)\s+$", text[: found.start()]):
            continue
        prefix, name = found.groups()
        parts = arguments(text, found.end())
        inner = [text[a:b] for a, b in parts]
        end = closing(text, found.end()) + 1
        if name == "fma" and len(inner) == 3:
            yield "rounding", found.start(), end, (
                f"{prefix}exact_add({prefix}exact_mul({inner[0]}, {inner[1]}), {inner[2]})")
        if name == "sub" and len(inner) == 2:
            yield "order", found.start(), end, f"{prefix}exact_sub({inner[1]}, {inner[0]})"
        if name == "add" and len(inner) == 2:
            for i in (0, 1):
                product = re.match(r"(?:detail::)?exact_mul(?=\()", inner[i])
                if product and closing(inner[i], product.end()) == len(inner[i]) - 1:
                    factors = inner[i][product.end() + 1 : -1]
                    yield "rounding", found.start(), end, (
                        f"{prefix}exact_fma({factors}, {inner[1 - i]})")
    for found in re.finditer(r"\bstatic_cast<(?:float|double|Real|real|To|Out)>(?=\()", text):
        yield "rounding", found.start(), found.end(), ""


def statements(text: str) -> Iterator[Change]:
    """Assignments left out, returned values replaced, early returns never taken."""
    for found in re.finditer(
        r"(?<=[;{})\s])(?:\w+::)*[\w.>\[\]*+ -]*?[\w\]]\s*(?:[-+*/|&^]|<<|>>)?=\s[^;{}]*;", text
    ):
        head = text[found.start() : text.index("=", found.start())].rstrip("+-*/|&^<> ").strip()
        if not re.fullmatch(r"\*?[\w.\[\]]+(?:->\w+)*(?:\[[^]]*\])?(?:\.\w+)*", head):
            continue  # a declaration, a default
        # Members with a default value and parameters look like assignments: a type is in front.
        start = found.start() + len(found.group()) - len(found.group().lstrip())
        before = text[:start].rstrip()
        if before and before[-1] not in ";{})":
            continue
        yield "left out", start, found.end(), ";"
    for found in re.finditer(r"(?<=[;{})\s])(?:(?:\+\+|--)\w[\w.]*|\w[\w.]*(?:\+\+|--));", text):
        yield "left out", found.start(), found.end(), ";"
    for found in re.finditer(r"\breturn\s+([^;]+);", text):
        value = found.group(1)
        if value.strip() not in ("0", "{}", "false", "nullptr"):
            yield "returned", found.start(1), found.end(1), "{}"
    for found in re.finditer(r"\bif\s+(?=\()", text):  # not `if constexpr`
        end = closing(text, found.end())
        if re.match(r"\)\s*(?:\{\s*)?return\b", text[end:]):
            yield "never", found.end(), end + 1, "(false)"
    for found in re.finditer(r"(?<![\w.])(true|false)(?!\w)", text):
        other = "false" if found.group() == "true" else "true"
        yield "truth", found.start(), found.end(), other


def choices(text: str) -> Iterator[Change]:
    """The branches of `a ? b : c` exchanged."""
    for found in re.finditer(r"\s\?\s", text):
        middle = end = None
        depth = nested = 0
        for i in range(found.end(), len(text)):
            if text[i] in "([{":
                depth += 1
            elif text[i] in ")]}":
                if depth == 0:
                    end = i
                    break
                depth -= 1
            elif depth > 0:
                continue
            elif text[i] == "?":
                nested += 1
            elif text[i] == ":" and text[i - 1] != ":" and text[i + 1] != ":":
                if nested == 0 and middle is None:
                    middle = i
                else:
                    nested -= 1
            elif text[i] in ";,":
                end = i
                break
        if middle is None or end is None:
            raise ValueError(f"no branches after the question at {found.start()}")
        yes, no = text[found.end() : middle].strip(), text[middle + 1 : end].strip()
        yield "choice", found.end(), end, f"{no} : ({yes})"


MUTATORS = (operators, steps, literals, negations, functions, roundings, statements, choices)


def mutants(include: Path) -> list[Mutant]:
    """All there are, numbered in the order of files and places."""
    found: list[Mutant] = []
    for file in sources(include):
        source = (include / file).read_text(encoding="utf-8")
        text = code_only(source)
        starts = [0] + [i + 1 for i, c in enumerate(source) if c == "\n"]
        changes = {change for mutator in MUTATORS for change in mutator(text)}
        unique = {(begin, end, new): mutator for mutator, begin, end, new in sorted(changes)}
        for (begin, end, new), mutator in sorted(unique.items()):
            line = bisect.bisect(starts, begin)
            found.append(Mutant(len(found) + 1, file, line, mutator, begin, end, new))
    return found
