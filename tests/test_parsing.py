"""Texts become expressions without being run; what is not on the list is refused, quickly, whatever it is."""

from __future__ import annotations

import builtins
import contextlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, E, Expr, Piecewise, Pow, Rational, Symbol, binomial, log, oo, pi, polygamma, sqrt

from thetahat.proofs.algebra.atoms import Mean, Quantile
from thetahat.proofs.errors import ExpressionError
from thetahat.proofs.parsing import expression
from thetahat.proofs.syntax import LONGEST
from thetahat.proofs.vocabulary import FUNCTIONS

x, rate = Symbol("x", positive=True), Symbol("lambda", positive=True)
NAMES = {"x": x, "lambda": rate}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("log(lambda) + 0.5", log(rate) + Rational(1, 2)),
        ("-x**2/3", -(x**2) / 3),
        ("0.1", Rational(1, 10)),
        ("1e-3*x", x / 1000),
        ("sqrt(2*pi*E)", sqrt(2 * pi * E)),
        ("digamma(x) + trigamma(x)", polygamma(0, x) + polygamma(1, x)),
        ("Piecewise((x, x <= lambda), (oo, True))", Piecewise((x, x <= rate), (oo, True))),
        ("sqrt((x - lambda)**2)*((x - 1)**2)**(1/2)", Abs(x - rate) * Abs(x - 1)),
        ("(x**lambda)**(1/lambda)", x),
        ("((601 - x)**(x + 1))**x", Pow((601 - x) ** (x + 1), x, evaluate=False)),
        ("binomial(2*x + 1, lambda - 1)", binomial(2 * x + 1, rate - 1)),
        (
            "binomial(x**((x + 2)*(x + 3)*(x + 5)**2*(x + 7)), x)",
            binomial(x ** ((x + 2) * (x + 3) * (x + 5) ** 2 * (x + 7)), x, evaluate=False),
        ),
        ("Mean(x**2) - Mean(x)**2", Mean(x**2, x) - Mean(x, x) ** 2),
        ("Quantile(1/2)", Quantile(Rational(1, 2), x)),
    ],
)
def test_texts_become_exact_expressions(text: str, value: Expr) -> None:
    assert expression(text, NAMES, (x,)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "y",
        "x.real",
        "x[0]",
        "[x]",
        "{x: x}",
        "f'{x}'",
        "'x'",
        "(lambda: 1)()",
        "x if x else x",
        "x := 1",
        "x; x",
        "((((((2*x+1)**99999999999999999999-x)**x)**x+x)**x)/x)**x",
        "(x**200*(x + 1)**200 - x)**x",
        "((x**30 + 1)**30 - x)**x",
        "(x + x)**(301**301)",
        "(301**x)**(99999999999999999999/x)",
        "301**x*301**(99999999999999999999 - x)",
        "301**x/301**(x - 99999999999999999999)",
        "(2**4000*x**(1/300))**300",
        "x\nx",
        "import os",
        "__import__('os').system('true')",
        "eval('1')",
        "log.__class__",
        "log(x=1)",
        "log(*x)",
        "log()",
        "log(x, x, x)",
        "x ^ 2",
        "x // 2",
        "x % 2",
        "x @ x",
        "x & x",
        "~x",
        "not x",
        "x < 1",
        "x == 1",
        "x < 1 < 2 == 3",
        "True",
        "1j",
        "1/0",
        "0**(-1)",
        "log(0)",
        "log(-1)*0",
        "sqrt(-2)",
        "polygamma(E, 300)",
        "loggamma(" * 11 + "0.1" + ")" * 11,
        "polygamma(x, x)",
        "log(log(log(log(log(log(log(log(log(log(log(log(0.1))))))))))))",
        "gamma(0)",
        "oo - oo",
        "9**9**9**9",
        "10**10**10",
        "2**(2**40)",
        "((2**4000)*(2**4000))",
        "exp(exp(exp(exp(9))))",
        "factorial(100000)",
        "1e999999999",
        "1" * 1500,
        "(" * 200 + "x" + ")" * 200,
        "-" * 500 + "x",
        "+".join("x" * 900),
        "x" * (LONGEST + 1),
        "Piecewise(x)",
        "Piecewise((x, 1), (x, True))",
        "Mean()",
        "Mean((x + lambda + pi + 1)**200)",
        "Mean(x, x)",
        "Quantile(2)",
        "Quantile(x)",
    ],
)
def test_everything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expression(text, NAMES, (x,))
    assert "\n" not in str(caught.value) or "\n" in text


WORDS = st.sampled_from(
    [
        *FUNCTIONS,
        *("x", "lambda", "pi", "E", "oo", "Mean", "Quantile", "Piecewise", "True", "9", "0", "2.5", "1e3", "10"),
        *("(", ")", "(", ")", ",", "+", "-", "*", "/", "**", "<", "<=", " and ", " or ", "not ", ".", "[", "]"),
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=25).map("".join),
    st.text(string.printable, max_size=40),
    st.text(max_size=20),
)


@given(TEXTS)
@settings(max_examples=400)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No crash of another kind, whatever is typed."""
    try:
        value = expression(text, NAMES, (x,))
    except ExpressionError:
        return
    assert isinstance(value, Expr)


@given(TEXTS)
@settings(max_examples=100)
def test_nothing_is_ever_evaluated(text: str) -> None:
    refused = {name: getattr(builtins, name) for name in ("eval", "exec", "compile")}

    def trap(*arguments: object, **keywords: object) -> object:
        # ast.parse compiles with this flag alone, which gives a tree and runs nothing.
        if keywords.get("flags") == 0x400 or (len(arguments) > 3 and arguments[3] == 0x400):
            return refused["compile"](*arguments, **keywords)
        raise AssertionError("a text was evaluated")

    with pytest.MonkeyPatch.context() as patched:
        for name in refused:
            patched.setattr(builtins, name, trap)
        with contextlib.suppress(ExpressionError):
            expression(text, NAMES, (x,))
