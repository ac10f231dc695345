#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the pages name is there.

    check_references.py [--external] [ROOT]

Of all Markdown pages: links to files, and to headings in them; paths in code spans, if they begin
with a folder of the repository; tests of ctest in code spans (robocache_*, consumer.*, example.*).
Of docs/traceability.md also: every file; words after `file.cpp`: are (parts of) titles in it,
one after each comma, what is in parentheses left out; names in code spans are in the code. Prints
what is not there and ends with 1.
With --external links to other sites, too, each asked for up to three times: for a machine with a
network, and for a schedule, not for every change.
"""

import pathlib
import re
import sys
import time
import urllib.error
import urllib.request

SOURCES = (".hpp", ".cuh", ".cpp", ".cu", ".cmake", ".py", ".sh", ".md", ".txt", ".csv", ".json",
           ".yml")
# Where a path in a page may begin, besides the page's own folder.
BASES = ("", "include/robocache", "include", "tests", "docs", "examples", "bench", "cmake")
# Links that may fail, by how they begin, and why: told, but no error. None so far.
MAY_FAIL: dict[str, str] = {}
SECONDS, TRIES = 20, 3


class Pages:
    def __init__(self, root):
        self.root = root
        self.files = [path for path in root.rglob("*") if path.is_file() and not self.outside(path)]
        self.names = {path.relative_to(root).as_posix() for path in self.files}
        self.pages = [path for path in self.files if path.suffix == ".md"]
        self.anchors: dict[pathlib.Path, set[str]] = {}
        self.external: dict[str, list[str]] = {}  # where each is linked from
        self.problems: list[str] = []
        self.checked = 0
        self.tests = [made for path in self.files
                      if path.name == "CMakeLists.txt" or path.suffix == ".cmake"
                      for made in cmake_names(path.read_text())]

    def outside(self, path):
        top = path.relative_to(self.root).parts[0]
        return top in (".git", "out") or top.startswith("build")

    def expect(self, there, page, line, what):
        self.checked += 1
        if not there:
            self.problems.append(f"{page.relative_to(self.root)}:{line}: {what}")

    def headings(self, page):
        """The anchors of a page, as GitHub makes them."""
        if page not in self.anchors:
            found = set()
            text = without_code(page.read_text())
            for heading in re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE):
                heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
                base = name = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
                count = 0
                while name in found:
                    count += 1
                    name = f"{base}-{count}"
                found.add(name)
            self.anchors[page] = found
        return self.anchors[page]

    def check_links(self, page, text):
        for line, target in numbered(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", text):
            if re.match(r"https?:", target):
                place = f"{page.relative_to(self.root)}:{line}"
                self.external.setdefault(target.partition("#")[0], []).append(place)
            if re.match(r"[a-z][a-z+.-]*:|NNNN", target):  # other sites; a placeholder
                continue
            name, _, anchor = target.partition("#")
            file = (page.parent / name).resolve() if name else page
            self.expect(file.exists(), page, line, f"link to {name}, which is not there")
            if anchor and file.exists():
                self.expect(file.suffix == ".md" and anchor in self.headings(file), page, line,
                            f"link to {target}, but there is no such heading")

    def check_external(self):
        for url, places in sorted(self.external.items()):
            self.checked += 1
            why = next((why for begin, why in MAY_FAIL.items() if url.startswith(begin)), None)
            answer = fetch(url)
            if answer and why:
                print(f"left out: {url}: {answer}; {why}")
            elif answer:
                self.problems.append(f"{places[0]}: link to {url}: {answer}")

    def check_tests(self, page, text):
        for line, code in numbered(r"`([^`\n]+)`", text):
            name = code.split()[0] if code.split() else ""
            if re.fullmatch(r"(robocache_test_|consumer\.|example\.)[\w.]+", name):
                self.expect(any(is_made(name, pattern, words) for pattern, words in self.tests),
                            page, line, f"no test or target {name}")

    def find(self, path, page):
        """Files that a page may mean by a path."""
        path = path.removeprefix("./").rstrip("/")
        for base in (*BASES, page.parent.relative_to(self.root).as_posix()):
            place = self.root / base / path
            if "*" in path:
                if path and any((self.root / base).glob(path)):
                    return [place]
            elif place.exists():
                return [place]
        return []

    def check_paths(self, page, text):
        tops = {path.name for path in self.root.iterdir() if path.is_dir()}
        tops -= {".git", "out"}
        for line, code in numbered(r"`([^`\n]+)`", text):
            for word in code.split():
                word = word.strip(",;:()").split(":")[0]
                if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)+/?", word) and word.split("/")[0] in tops \
                        and not word.startswith("build"):
                    self.expect(self.find(word, page), page, line, f"{word} is not there")


def fetch(url):
    """What is wrong with a page of another site, or nothing."""
    answer = ""
    for turn in range(TRIES):
        time.sleep(5 * turn)
        # Some sites know no HEAD.
        for method in ("HEAD", "GET"):
            request = urllib.request.Request(url, method=method,
                                             headers={"User-Agent": "check_references.py"})
            try:
                with urllib.request.urlopen(request, timeout=SECONDS):
                    return ""
            except (urllib.error.URLError, OSError, ValueError) as error:
                answer = str(error)
    return answer


def without_code(text):
    """Fenced blocks emptied, so that line numbers stay."""
    return re.sub(r"^```.*?^```", lambda block: "\n" * block.group().count("\n"), text,
                  flags=re.MULTILINE | re.DOTALL)


def numbered(pattern, text):
    for match in re.finditer(pattern, text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1)


def cmake_names(text):
    """Tests and targets of a list: patterns, and the words that may stand for variables."""
    words = set(re.findall(r"[\w.]+", text))
    for name in re.findall(r"add_\w*(?:test|engine|library|run|finding)\("
                           r"\s*(?:NAME\s+)?\"?([\w.${}-]+)", text):
        pattern = re.sub(r"\\\$\\\{\w+\\\}", r"(\\w*)", re.escape(name))
        if pattern.replace(r"(\w*)", ""):  # else a function's ${name}: its callers are looked at
            yield pattern, words


def is_made(name, pattern, words):
    match = re.fullmatch(pattern, name)
    return match is not None and all(not value or value in words for value in match.groups())


def literals(text):
    """The string literals of a source; neighbours are one, with or without a + between them."""
    text = re.sub(r'"\s*\+?\s*"', "", text)
    return " \n".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)).lower()


class Traceability(Pages):
    def __init__(self, root):
        super().__init__(root)
        self.page = root / "docs/traceability.md"
        code = [path for path in self.files
                if path.suffix in (".hpp", ".cuh", ".cu", ".cpp", ".cmake", ".sh", ".py", ".yml")
                or path.name in ("CMakeLists.txt", "CMakePresets.json")]
        self.words = set(re.findall(r"\w+", "\n".join(path.read_text() for path in code
                                                      if path.parent.name != "docs")))

    def named_files(self, path):
        """By a path from one of the bases, or by its end."""
        found = self.find(path, self.page)
        if found or "*" in path:
            return found
        return [self.root / name for name in self.names if name.endswith("/" + path)]

    def check(self):
        for number, line in enumerate(self.page.read_text().splitlines(), 1):
            if not line.startswith("|"):
                continue
            for match in re.finditer(r"`([^`]+)`(: [^`;|]+)?", line):
                self.check_span(number, match.group(1), match.group(2))

    def check_span(self, number, code, titles):
        if code.startswith("robocache_") or code.startswith("consumer."):
            if not code.startswith("robocache_add"):
                name = code.split()[0]
                there = any(is_made(name, pattern, words) for pattern, words in self.tests)
                self.expect(there, self.page, number, f"no test or target {code}")
            return
        word = code.split()[0]
        if word in SOURCES or " --" in code:  # a suffix; a command
            return
        if word.endswith(SOURCES) or "/" in word:
            files = self.named_files(word)
            self.expect(files, self.page, number, f"{word} is not there")
            if titles and word.endswith((".cpp", ".cu", ".py")):
                text = " ".join(literals(file.read_text()) for file in files)
                titles = re.sub(r"\([^)]*\)", "", titles[2:])
                for title in titles.split(", "):
                    title = title.strip().rstrip(".").strip()
                    if title:
                        self.expect(title.lower() in text, self.page, number,
                                    f"no test with '{title}' in {word}")
            return
        for name in re.findall(r"[A-Za-z_]\w+", code):
            self.expect(name in self.words, self.page, number, f"{name} is not in the code")


def main():
    arguments = sys.argv[1:]
    external = "--external" in arguments
    if external:
        arguments.remove("--external")
    root = pathlib.Path(arguments[0] if arguments else
                        pathlib.Path(__file__).parents[2]).resolve()
    pages = Traceability(root)
    for page in pages.pages:
        text = without_code(page.read_text())
        pages.check_links(page, text)
        pages.check_paths(page, text)
        pages.check_tests(page, text)
    pages.check()
    if external:
        pages.check_external()
    for problem in pages.problems:
        print(problem)
    print(f"{len(pages.pages)} pages, {pages.checked} references, {len(pages.problems)} wrong")
    sys.exit(1 if pages.problems or pages.checked < 500 else 0)


if __name__ == "__main__":
    main()
