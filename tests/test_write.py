"""Whether every rendering says all there is to say, and shows foreign names as names and nothing else."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from sympy import Add, Interval, Mul, Symbol, log, oo, symbols

from thetahat.proofs.algebra.size import operations
from thetahat.proofs.derivation import Derivation, Evidence, Finding, Obligation
from thetahat.proofs.engine import derive
from thetahat.proofs.family import Family, Parameter, Source
from thetahat.proofs.fixing import fix_constants
from thetahat.proofs.registry import catalogue, family
from thetahat.proofs.write.as_json import derivation_json
from thetahat.proofs.write.display import squares, two_sides
from thetahat.proofs.write.html import derivation_html
from thetahat.proofs.write.latex import derivation_latex, text_latex
from thetahat.proofs.write.markdown import derivation_markdown, escaped
from thetahat.proofs.write.text import derivation_text

NAMES = [entry.name for entry in catalogue()]
RENDERINGS: dict[str, Callable[[Derivation], str]] = {
    "text": derivation_text,
    "markdown": derivation_markdown,
    "latex": derivation_latex,
    "html": derivation_html,
    "json": lambda derivation: json.dumps(derivation_json(derivation)),
}
# What a printer leaves behind when it does not know a function or an atom.
LEFTOVER = re.compile(
    r"Mean\(|polygamma|Quantile|Covariance|JensenGap|Excess|Residual|TiltedMean|LargestTie|LogMinus|loggamma|Tuple"
    r"|\\operatorname\{(?!var|cov|sign|atan2|median|tie|erfc?)"
)


@cache
def rendered(kind: str, name: str) -> str:
    """Return the rendering of a shipped family's derivation."""
    return json.dumps(as_json(name)) if kind == "json" else RENDERINGS[kind](derive(family(name)))


@cache
def as_json(name: str) -> dict[str, Any]:
    """Return the record of a shipped family's derivation."""
    return derivation_json(derive(family(name)))


def formulas(markdown: str) -> list[str]:
    """Return what stands between dollar signs."""
    return re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", markdown)


def plain(text: str) -> str:
    """Return words without line breaks, markup or escapes: what a reader reads."""
    return re.sub(r"[\s\\`$*]+", "", unescape(re.sub(r"</?[a-z][^<>]*>", "", text)))


class Tags(HTMLParser):
    """Counts the tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open one."""
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the one that was opened last."""
        assert self.open.pop() == tag


def nasty() -> Family:
    """Return a family whose names, meanings and sources try to be more than text."""
    x, k = Symbol("x<b>$|`*_", positive=True), Symbol(r"\input{k}&", positive=True)
    positive = Interval.open(0, oo)
    return Family(
        name="nasty_name",
        observation=x,
        support=positive,
        parameters=(Parameter(k, positive, "a | b <script>alert(1)</script> `code` $x$ \x1b[31m"),),
        log_density=log(k) - k * x,
        sources=(Source("[click](javascript:alert(1)) & *Sons*\n# Heading"),),
    )


@pytest.fixture(scope="module")
def spoiled() -> Derivation:
    """Return a derivation with a step refuted, one open and one supported by balls, and obligations in formulas."""
    derivation = derive(family("gamma"))
    findings = (
        Finding(Evidence.REFUTED, "not zero at k = 1"),
        Finding(Evidence.UNDECIDED, "neither <algebra> nor balls decide"),
        Finding(Evidence.BALL, "zero to 30 digits at 3 random points"),
        *derivation.findings[3:],
    )
    obligations = (Obligation("Score in `k`.", "not a*b*c"), Obligation("an estimator", "x_0 < 1 | y"))
    return replace(derivation, findings=findings, obligations=obligations)


@pytest.mark.parametrize("name", NAMES)
def test_every_rendering_contains_every_obligation(name: str) -> None:
    """Nothing that is open is dropped, and a proof without open ends says so."""
    derivation = derive(family(name))
    for kind in RENDERINGS:
        shown = plain(rendered(kind, name))
        for obligation in derivation.obligations:
            for words in (obligation.statement.rstrip("."), obligation.why):
                wanted = text_latex(words) if kind == "latex" else words
                pieces = [piece for piece in wanted.split("`") if piece]
                assert all(plain(piece) in shown for piece in pieces), f"{kind} of {name} lacks {words!r}"
        if kind in ("text", "markdown", "html") and not derivation.obligations:
            assert plain("Open obligations: none.") in shown


@pytest.mark.parametrize("name", NAMES)
def test_formulas_are_typeset_to_the_end(name: str) -> None:
    """No Python name of an atom is left, braces match, and nothing collides with Markdown's own escapes."""
    page = rendered("markdown", name)
    found = formulas(page)
    assert len(found) > len(derive(family(name)).steps)
    for latex in (*found, rendered("latex", name)):
        assert not LEFTOVER.search(latex), latex
        assert latex.count("{") == latex.count("}"), latex
        assert len(re.findall(r"\\left\b", latex)) == len(re.findall(r"\\right\b", latex)), latex
    for latex in found:
        assert not re.search(r"\\[!-/:-@\[-`{-~]", latex), f"Markdown reads this backslash as an escape: {latex}"
    text = rendered("text", name)
    assert not LEFTOVER.search(text.replace("loggamma", "")), text
    assert all(len(line) <= 100 or " " not in line.strip() for line in text.splitlines())


@pytest.mark.parametrize("latex", [r"\operatorname{Mean}", "JensenGap(x)", r"\operatorname{polygamma}(0, k)"])
def test_a_planted_leftover_is_noticed(latex: str) -> None:
    """The test above does not accept everything."""
    assert LEFTOVER.search(latex)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_shown_with_its_evidence(name: str) -> None:
    """As many numbers as steps, as many marks as numbers."""
    derivation = derive(family(name))
    page = rendered("markdown", name)
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", page, re.MULTILINE)]
    assert numbers == list(range(1, len(derivation.steps) + 1))
    assert len(re.findall("[✓✗≈]", page)) == len(derivation.steps)
    assert rendered("html", name).count('<span class="evidence-') == len(derivation.steps)


@pytest.mark.parametrize("name", NAMES)
def test_json_holds_plain_types_and_comes_back_equal(name: str) -> None:
    """No SymPy object is left in it."""
    made = as_json(name)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert [step["number"] for step in made["steps"]] == list(range(1, len(made["steps"]) + 1))
    assert {key for step in made["steps"] for key in step} >= {"rule", "section", "words", "value", "evidence", "given"}
    assert made["versions"]["sympy"]


def test_what_is_not_proved_stands_out(spoiled: Derivation) -> None:
    """Refuted, open, and supported at random points only: three marks that are no check mark."""
    page = derivation_markdown(spoiled)
    assert "✗ **REFUTED**: not zero at k = 1" in page
    assert "✗ **OPEN**: neither &lt;algebra&gt; nor balls decide" in page
    assert "≈ ball, not proved: zero to 30 digits at 3 random points" in page
    assert "1 REFUTED; 1 open." in page
    text = derivation_text(spoiled)
    assert "REFUTED: not zero at k = 1" in text
    assert "OPEN: neither <algebra> nor balls decide" in text
    assert "[ball, not proved: zero to 30 digits at 3 random points]" in text
    assert re.search(r"Not proved is step 3\b", text)
    assert "[ball, not proved" in derivation_html(spoiled)


def test_obligations_may_contain_formulas_and_signs(spoiled: Derivation) -> None:
    """Names between backticks become formulas, everything else is escaped for its medium."""
    assert "  - Score in $k$: not a\\*b\\*c." in derivation_markdown(spoiled)
    assert "  - an estimator: x\\_0 &lt; 1 \\| y." in derivation_markdown(spoiled)
    assert "      - Score in k: not a*b*c." in derivation_text(spoiled)
    assert '<code data-latex="k">k</code>: not a*b*c.' in derivation_html(spoiled)
    assert "an estimator: x_0 &lt; 1 | y." in derivation_html(spoiled)
    assert r"\text{x(U+005F)0 (U+003C) 1 (U+007C) y}" in derivation_latex(spoiled)


def test_names_are_shown_as_names_and_nothing_else() -> None:
    """A declaration cannot open a tag, a formula, a link, a heading, a table cell or a terminal's command."""
    derivation = derive(nasty())
    page = derivation_markdown(derivation, "A <i>summary</i> | of $it$")
    assert not re.search(r"<(?!!--|br>)", page), "a tag is open"
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in page.splitlines() if line.startswith("|"))
    assert not re.search(r"(?<!\\)\]\(", page), "a link"
    assert "\n# Heading" not in page
    for latex in formulas(page):
        assert not re.search(r"[<>`|#&]|\\input", latex), latex
    html = derivation_html(derivation, "<i>summary</i>")
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.seen <= {
        "article",
        "h1",
        "h2",
        "p",
        "em",
        "table",
        "tr",
        "th",
        "td",
        "br",
        "ol",
        "ul",
        "li",
        "code",
        "span",
        "strong",
    }
    for render in RENDERINGS.values():
        assert "\x1b" not in render(derivation)
    assert r"\input" not in derivation_latex(derivation)


@pytest.mark.parametrize("text", ["a_b*c*", "<b>&amp;", "$x$ | `y`", r"\alpha [a](b)", "#1 ~~no~~ @you"])
def test_escaping_can_be_read_back(text: str) -> None:
    """Without the escapes it is the same text."""
    assert unescape(re.sub(r"\\([\\`*_\[\]|$~#@])", r"\1", escaped(text))) == text


@pytest.mark.parametrize(
    ("name", "markdown", "text"),
    [
        ("rayleigh", r"\hat{\sigma} = \sqrt{\frac{\overline{x^{2}}}{2}}", "sigma_hat = sqrt(mean(x**2)/2)"),
        ("gamma", r"\hat{\theta} = \frac{\overline{x}}{\hat{k}}", "theta_hat = mean(x)/k_hat"),
        (
            "gamma",
            r"\log k - \psi(k) = \log \overline{x} - \overline{\log x}",
            "log(k) - digamma(k) = log(mean(x)) - mean(log(x))",
        ),
        ("uniform", r"\hat{a} = \min x", "a_hat = min(x)"),
        ("laplace", r"\hat{\mu} = \operatorname{median} x", "mu_hat = median(x)"),
        ("pareto", r"\hat{x}_{m} = \min x", "x_m_hat = min(x)"),
    ],
)
def test_estimators_read_as_in_a_textbook(name: str, markdown: str, text: str) -> None:
    """Statistics by their definitions, hats over what is estimated."""
    assert f"${markdown}$" in derivation_markdown(derive(family(name)))
    assert text in derivation_text(derive(family(name)))


def test_discrete_and_continuous_families_are_told_apart() -> None:
    """KL divergence itself for probabilities, cross-entropy for densities."""
    discrete, continuous = (plain(derivation_text(derive(family(name)))) for name in ("bernoulli", "rayleigh"))
    assert plain("so the claim is about the KL divergence itself:") in discrete
    assert plain("itself is infinite: p_hat has atoms") in continuous
    assert plain("is infinite") not in discrete


def test_a_derivation_with_a_constant_put_in_is_written() -> None:
    """The steps stay those of the general family; the table is the member's."""
    page = derivation_markdown(fix_constants(derive(family("binomial")), n=4))
    assert r"$\hat{p} = \frac{\overline{x}}{4}$" in page
    assert "# Binomial \\[n=4\\]" in page


def test_notebooks_and_str_use_the_writers() -> None:
    """The methods of a derivation are the renderings."""
    derivation = derive(family("rayleigh"))
    assert str(derivation) == derivation_text(derivation)
    assert derivation._repr_markdown_() == derivation_markdown(derivation)
    assert derivation._repr_latex_() == derivation_latex(derivation)
    assert str(Symbol("t_1")) == "t_1"


def test_an_equation_of_thousands_of_operations_is_written_as_it_is() -> None:
    """Multiplied out, this one has some ten to the fourteenth terms; the simplex distribution took as long to print."""
    unknown, *others = symbols("a t_0:30", positive=True)
    product = Mul(*(unknown + other + place for place, other in enumerate(others)))
    long = Add(*(product + unknown**power * product for power in range(1, 40)), others[0])
    assert operations(long) > 2000
    left, _, right = two_sides(long, frozenset({unknown})).parts
    assert left - right == long
    assert squares(Add(*(other**2 * power for power in range(2, 9) for other in others), unknown)).has(unknown)
