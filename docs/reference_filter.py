#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the reference shows of a header: its signatures without the machinery that is in them.

    reference_filter.py HEADER        for Doxygen, to standard output
    reference_filter.py --check XML   fails if a signature of the reference has machinery left, or
                                      a documented function has a parameter without \\param
"""

import glob
import re
import sys
import xml.etree.ElementTree as ElementTree

RULES = [
    # What a parameter is, whatever is done to keep it out of template deduction.
    (r"detail::same_type_t<(\w+<\w+>)>", r"\1"),
    (r"detail::stream_time_t<\s*detail::stream_of<Streams>>", "Time"),
    (r"detail::any_integer", "std::int64_t"),
    (r"detail::canonical_t<(typename Call::out)>", r"\1"),
    (r"detail::reduced_t<(\w+(?:<\w+>)?)>", "auto"),
    (r"detail::recording_bounds", "auto"),
    (r"const detail::bin_pieces& pieces", "const auto& pieces"),
    (r"auto run\(([^;{]*?)\) noexcept\s*->\s*(?:cuda_detail|compiled_detail)::status_of\w*<[^>]*>",
     r"status run(\1) noexcept"),
    # Defaults that stand for nothing, and conditions on types, which the text states.
    (r"(class \w+) = detail::(?:nothing_between|stencil_by<[^>]*>)", r"\1"),
    (r",\s*class = (?:std::enable_if_t<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>"
     r"|detail::if_\w+<(?:[^<>]|<[^<>]*>)*>)", ""),
    (r"(, class = void)+(?=>)", ""),
    # Types that are what the text says.
    (r"using (compute_t|voxel_scalar_t|reducer_t) =[^;]*;", r"using \1 = see_below;"),
]


def filtered(text):
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return text


def signature_of(member):
    parts = (p for tag in ("templateparamlist", "type", "argsstring") for p in member.findall(tag))
    return re.sub(r"\s+", " ", " ".join("".join(part.itertext()) for part in parts))


def is_documented(member):
    return any("".join(part.itertext()).strip()
               for tag in ("briefdescription", "detaileddescription")
               for part in member.findall(tag))


def undocumented(member):
    """Parameters without \\param. Doxygen warns of them only where another one has it. Template
    parameters need none, since most are deduced, and neither do those without a name."""
    documented = {"".join(name.itertext())
                  for names in member.findall(".//parameterlist[@kind='param']")
                  for name in names.iter("parametername")}
    declared = [param.findtext("declname") for param in member.findall("param")]
    return [name for name in declared if name and name not in documented]


def place_of(member):
    location = member.find("location")
    return f"{location.get('file')}:{location.get('line')}"


def check(folder):
    seen, bad = 0, []
    for path in sorted(glob.glob(folder + "/*.xml")):
        for member in ElementTree.parse(path).getroot().iter("memberdef"):
            if member.get("prot") == "private" or not is_documented(member):
                continue  # not shown
            seen += 1
            name = member.findtext("qualifiedname") or member.findtext("name") or ""
            if re.search(r"detail\b|enable_if", name + " " + signature_of(member)):
                bad.append(f"{name}: {signature_of(member)}")
            if member.get("kind") == "function":
                bad += [f"{place_of(member)}: {name}: parameter '{parameter}' has no \\param"
                        for parameter in undocumented(member)]
    if seen < 200:
        bad.append(f"only {seen} documented members found in {folder}")
    print("\n".join(bad) or f"{seen} documented members, none shows what is internal, "
                             "no parameter is undocumented")
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2]))
    with open(sys.argv[1], encoding="utf-8") as header:
        sys.stdout.write(filtered(header.read()))
