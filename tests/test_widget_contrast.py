"""Contrast of the style sheets, reckoned from them: WCAG 2.2 AA for text (4.5) and for bars, marks and focus (3.0).

Every colour that a rule gives to text is held against every surface that a rule lays under text, in every theme; so a
rule fails here before anybody has seen the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TypeAlias

import pytest

Colour: TypeAlias = "tuple[float, float, float, float]"

# The sheets whose text, surfaces and marks meet in a view.
SHEETS = ("pages/style.css", "widgets/view.css", "widgets/explorer.css", "widgets/charts.css")
# What the hosts set: JupyterLab 4.6 (@jupyterlab/theme-light-extension, -dark-, -dark-high-contrast-:
# style/variables.css) and Visual Studio Code (extensions/theme-defaults/themes: light_modern, dark_modern, light_plus,
# dark_plus). Without a host, the style sheet's own. The first word says which half of light-dark() holds.
THEMES: dict[str, dict[str, str]] = {
    "light, no host": {},
    "dark, no host": {},
    "light, JupyterLab": {"--jp-content-font-color1": "rgba(0, 0, 0, .87)", "--jp-layout-color0": "white",
                          "--jp-content-link-color": "#0d47a1", "--jp-error-color1": "#d32f2f"},
    "dark, JupyterLab": {"--jp-content-font-color1": "rgba(255, 255, 255, 1)", "--jp-layout-color0": "#111111",
                         "--jp-content-link-color": "#64b5f6", "--jp-error-color1": "#f44336"},
    "dark, JupyterLab high contrast": {"--jp-content-font-color1": "#fff", "--jp-layout-color0": "#111",
                                       "--jp-content-link-color": "#64b5f6", "--jp-error-color1": "#f44336"},
    "light, Code modern": {"--vscode-editor-foreground": "#3b3b3b", "--vscode-editor-background": "#ffffff",
                           "--vscode-textLink-foreground": "#005fb8", "--vscode-errorForeground": "#f85149"},
    "dark, Code modern": {"--vscode-editor-foreground": "#cccccc", "--vscode-editor-background": "#1f1f1f",
                          "--vscode-textLink-foreground": "#4daafc", "--vscode-errorForeground": "#f85149"},
    "light, Code plus": {"--vscode-editor-foreground": "#000000", "--vscode-editor-background": "#ffffff",
                         "--vscode-textLink-foreground": "#006ab1", "--vscode-errorForeground": "#a1260d"},
    "dark, Code plus": {"--vscode-editor-foreground": "#d4d4d4", "--vscode-editor-background": "#1e1e1e",
                        "--vscode-textLink-foreground": "#3794ff", "--vscode-errorForeground": "#f48771"},
}  # fmt: skip
TEXT, MARK = 4.5, 3.0
# Lines that part what is apart anyway, and edges of buttons whose text says what they are.
DECORATION = ("var(--bd-line)", "var(--bd-edge)", "var(--bd-bg)")
# Bars of periods that are not over, as the words beside them say; the area that shows where a pointer is; grid lines.
SAID_OTHERWISE = (".bd-partial", ".bd-hit", ".bd-gridline")
NO_COLOUR = frozenset({"none", "transparent", "inherit", "currentcolor", "0"})
_NAMED: dict[str, Colour] = {"white": (255, 255, 255, 1), "black": (0, 0, 0, 1), "transparent": (0, 0, 0, 0)}
SHARES = tuple(range(0, 101, 5))  # of a shaded cell, in percent


@dataclass(frozen=True)
class Rule:
    """A rule of a style sheet: its selector and what it sets."""

    selector: str
    sets: dict[str, str]


def rules(css: str) -> Iterator[Rule]:
    """The rules of a sheet, those within @media and @container too."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@keyframes[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    for found in re.finditer(r"([^{}]*)\{([^{}]*)\}", re.sub(r"@(?:media|container)[^{]*\{", "", css)):
        pairs = (part.split(":", 1) for part in found[2].split(";") if ":" in part)
        yield Rule(found[1].strip(" \n}"), {name.strip(): value.strip() for name, value in pairs})


def parts(text: str) -> list[str]:
    """What commas part at the outermost level."""
    found, depth = [""], 0
    for char in text:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            found.append("")
        else:
            found[-1] += char
    return [part.strip() for part in found]


class Theme:
    """The colours that the sheets' own words mean under one host."""

    def __init__(self, host: Mapping[str, str], dark: bool, sheet: list[Rule], share: float = 100) -> None:
        tokens: dict[str, str] = {}
        for rule in sheet:
            tokens.update({name: value for name, value in rule.sets.items() if name.startswith("--")})
        self._values = {**tokens, **host, "--bd-share": f"{share}%"}
        self._dark = dark

    def colour(self, text: str) -> Colour:
        """A value of a sheet as red, green, blue (0-255) and alpha; one that this cannot read is an error."""
        text = text.strip()
        function = re.fullmatch(r"([a-z-]+)\((.*)\)", text, re.DOTALL)
        if text in _NAMED:
            return _NAMED[text]
        if re.fullmatch(r"#[0-9a-f]{3}", text):
            return self.colour("#" + "".join(2 * digit for digit in text[1:]))
        if re.fullmatch(r"#[0-9a-f]{6}", text):
            digits = bytes.fromhex(text[1:])
            return digits[0], digits[1], digits[2], 1.0
        assert function is not None, f"not a colour that this test can read: {text!r}"
        given = parts(function[2])
        match function[1]:
            case "var":
                name, *otherwise = given
                return self.colour(self._values[name] if name in self._values else ", ".join(otherwise))
            case "light-dark":
                return self.colour(given[self._dark])
            case "rgba":
                red, green, blue, alpha = map(float, given)
                return red, green, blue, alpha
            case "color-mix":
                assert given[0] == "in srgb"
                return self._mixed(*given[1:])
        raise AssertionError(f"not a colour that this test can read: {text!r}")

    def _mixed(self, first: str, second: str) -> Colour:
        """`color-mix(in srgb, first n%, second)`, as CSS Color 5 mixes: premultiplied."""
        said, _, amount = first.rpartition(" ")
        part = self._percent(amount) / 100
        one, two = self.colour(said), self.colour(second)
        alpha = one[3] * part + two[3] * (1 - part)
        mixed = [(a * one[3] * part + b * two[3] * (1 - part)) / alpha for a, b in zip(one[:3], two[:3], strict=True)]
        return mixed[0], mixed[1], mixed[2], alpha

    def _percent(self, text: str) -> float:
        if text.startswith("var("):
            return self._percent(self._values[text[4:-1]])
        if text.startswith("calc("):
            share, _, factor = text[5:-1].partition("*")
            return self._percent(share.strip()) * float(factor)
        return float(text.removesuffix("%"))


def over(colour: Colour, under: Colour) -> Colour:
    """A colour laid over an opaque one."""
    alpha = colour[3]
    red, green, blue = (a * alpha + b * (1 - alpha) for a, b in zip(colour[:3], under[:3], strict=True))
    return red, green, blue, 1.0


def contrast(one: Colour, two: Colour) -> float:
    """WCAG 2.2's contrast ratio of two opaque colours."""

    def luminance(colour: Colour) -> float:
        parts = [value / 255 for value in colour[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_drawn(rule: Rule) -> bool:
    """Whether a rule's background is a mark, and no surface that text stands on."""
    return "::" in rule.selector or rule.selector.endswith("-fill") or "-fill," in rule.selector


def colours(sheet: list[Rule]) -> tuple[set[str], set[str], set[str]]:
    """What the sheets give to text, to surfaces, and to marks: values as written."""
    text, surfaces, marks = set(), set(), set()
    for rule in sheet:
        for name, value in rule.sets.items():
            if value.casefold() in NO_COLOUR or any(word in rule.selector for word in SAID_OTHERWISE):
                continue
            if name == "color" or (name == "fill" and rule.selector.endswith("text")):
                text.add(value)
            elif name in {"background", "background-color"}:
                gradient = re.match(r"linear-gradient\((.*?\)),", value)
                if gradient:
                    marks.add(gradient[1])
                elif is_drawn(rule):
                    marks.add(value)
                elif "--bd-shade" not in value:  # a shaded cell holds its own text alone: see below
                    surfaces.add(value)
            elif name in {"fill", "stroke", "outline-color", "border-left-color", "border-color"}:
                marks.add(value)
            elif name in {"outline", "border-left"} and (drawn := re.search(r"(?:solid|dashed|dotted) (.+)", value)):
                marks.add(drawn[1])
    return text, surfaces, {mark for mark in marks if mark not in DECORATION and mark.casefold() not in NO_COLOUR}


def too_weak(sheet: list[Rule], host: Mapping[str, str], dark: bool) -> list[str]:
    """Pairs under their ratio, in words."""
    theme = Theme(host, dark, sheet)
    text, surfaces, marks = colours(sheet)
    ground = theme.colour("var(--bd-bg)")
    found = []
    for surface in sorted(surfaces):
        under = over(theme.colour(surface), ground)
        for needed, kinds in ((TEXT, text), (MARK, marks)):
            for value in sorted(kinds):
                ratio = contrast(over(theme.colour(value), under), under)
                if ratio < needed:
                    found.append(f"{value} on {surface}: {ratio:.2f} < {needed}")
    shaded = [rule.sets for rule in sheet if "--bd-shade" in rule.sets]
    for share in SHARES:
        at_share = Theme(host, dark, sheet, share)
        for sets in shaded:
            under = over(at_share.colour(sets["background"]), ground)
            ratio = contrast(over(at_share.colour(sets["color"]), under), under)
            if ratio < TEXT:
                found.append(f"{sets['color']} on a cell shaded at {share} %: {ratio:.2f} < {TEXT}")
    return found


def sheets() -> list[Rule]:
    package = resources.files("bluedoor_tools")
    return [rule for name in SHEETS for rule in rules(package.joinpath(name).read_text(encoding="utf-8"))]


@pytest.mark.parametrize("name", THEMES)
def test_every_colour_can_be_read_on_every_surface(name: str) -> None:
    """Text, bars, marks and focus stand out enough in every theme, on every surface there is."""
    sheet = sheets()
    text, surfaces, marks = colours(sheet)
    assert {"var(--bd-fg)", "var(--bd-muted)", "var(--bd-link)"} <= text
    assert {"var(--bd-bg)", "var(--bd-tint)", "var(--bd-chosen)"} <= surfaces
    assert {"var(--bd-link)", "var(--bd-alarm)"} <= marks
    assert too_weak(sheet, THEMES[name], name.startswith("dark")) == []


def test_the_reckoning_is_that_of_the_standard() -> None:
    """Known ratios: black on white is 21, #767676 on white 4.54, and a colour on itself 1."""
    theme = Theme({}, False, [])
    white = theme.colour("white")
    assert contrast(theme.colour("black"), white) == pytest.approx(21)
    assert contrast(theme.colour("#767676"), white) == pytest.approx(4.54, abs=0.01)
    assert contrast(white, white) == 1
    assert theme.colour("color-mix(in srgb, black 25%, white)") == (191.25, 191.25, 191.25, 1)
    assert over(theme.colour("rgba(0, 0, 0, .5)"), white) == (127.5, 127.5, 127.5, 1)
    assert theme.colour("color-mix(in srgb, white 40%, transparent)") == pytest.approx((255, 255, 255, 0.4))


@pytest.mark.parametrize(("more", "weak"), [
    (".bd-x { color: var(--bd-edge); }", "var(--bd-edge) on var(--bd-bg)"),
    ("@media print { .bd-x { background: var(--bd-muted); } }", "var(--bd-fg) on var(--bd-muted)"),
    (".bd-x::after { background: var(--bd-line); } .bd-y::after { background: #fefefe; }", "#fefefe on var(--bd-bg)"),
    (".bd-x { outline: 2px solid #eeeeee; }", "#eeeeee on var(--bd-bg)"),
    (".bd-x { --bd-shade: calc(var(--bd-share) * .9); background: color-mix(in srgb, var(--bd-link) var(--bd-shade), "
     "var(--bd-bg)); color: var(--bd-fg); }", "on a cell shaded at 100 %"),
])  # fmt: skip
def test_a_weak_colour_is_found(more: str, weak: str) -> None:
    """A rule that lays one colour too near another is named, wherever it stands."""
    assert any(weak in said for said in too_weak([*sheets(), *rules(more)], {}, False))


def test_every_colour_comes_from_a_token() -> None:
    """Rules name tokens, so that a host's theme holds everywhere; numbers stand where tokens are made alone."""
    for rule in sheets():
        for name, value in rule.sets.items():
            assert name.startswith("--") or not re.search(r"#[0-9a-f]{3}|\b(?:rgb|hsl)a?\(", value), (
                f"{rule.selector}: {value}"
            )


def test_foreground_and_background_are_set_together() -> None:
    """Where the views' own colours begin, both are set, so that no host's colour meets one of theirs."""
    for selector in (".bd-view", ".bd-explorer", ".bd-page"):
        sets = [rule.sets for rule in sheets() if rule.selector == selector]
        assert any(
            "var(--bd-fg)" in one.get("color", "") and "var(--bd-bg)" in one.get("background", "") for one in sets
        )
