"""The characters and the LaTeX commands of a formula, and the plain ones that they stand for."""

# ruff: noqa: RUF001 - it is about characters that look alike
from __future__ import annotations

import unicodedata

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "ϱ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi",
    "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx")
PLAIN = {
    **dict.fromkeys("−–—‐‑", "-"),
    **dict.fromkeys("×·⋅∙•∗✕", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("$\u200b\u2061\u2062", " "),  # mathematics in a notebook; signs that are not seen
    "ˆ": "^",
    "∣": "|",
    "µ": "μ",
    "≦": "≤",
    "≧": "≥",
    "⩽": "≤",
    "⩾": "≥",
}
# Left as they are, though compatibility would make them digits and letters that mean something else.
KEPT = frozenset(map(chr, SUPERSCRIPTS)) | frozenset(map(chr, SUBSCRIPTS)) | frozenset("ϵϑϱςϕ½¼¾∞√")
COMMANDS = {
    **{name: name for name in GREEK.values()},
    **dict.fromkeys(("varepsilon", "epsilon"), "epsilon"),
    **dict.fromkeys(("vartheta", "theta"), "theta"),
    **dict.fromkeys(("varphi", "phi"), "phi"),
    **dict.fromkeys(("varsigma", "sigma"), "sigma"),
    **dict.fromkeys(("varrho", "rho"), "rho"),
    **dict.fromkeys(("frac", "dfrac", "tfrac"), "\\frac"),
    **dict.fromkeys(("cdot", "times", "ast"), "*"),
    **dict.fromkeys(("le", "leq", "leqslant"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant"), "≥"),
    **dict.fromkeys(("lvert", "rvert", "vert", "mid"), "|"),
    **dict.fromkeys(
        ("left", "right", "quad", "qquad", "displaystyle", "big", "Big", "bigl", "bigr", "Bigl", "Bigr"), ""
    ),
    **{name: name for name in ("exp", "log", "ln", "max", "min")},
    "sqrt": "\\sqrt",
    "lt": "<",
    "gt": ">",
    "in": "∈",
    "div": "/",
    "pm": "±",
    "mp": "∓",
    "infty": "inf",
    "lbrace": "{",
    "rbrace": "}",
}


def plain(text: str) -> str:
    """The same text, character by character, with one form for each: positions stay what they were."""
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character in PLAIN or character in KEPT or character.isascii():
        return PLAIN.get(character, character)
    if character.isspace():
        return " "
    compatible = unicodedata.normalize("NFKC", character)  # 𝛽 and full-width brackets
    return compatible if len(compatible) == 1 else character


def described(character: str) -> str:
    """A character in words that show apart what looks alike."""
    if character.isascii() and character.isprintable():
        return f"“{character}”"
    name = unicodedata.name(character, "").lower() or "a character that is not printed"
    shown = f"“{character}”, " if character.isprintable() else ""
    return f"{shown}{name} (U+{ord(character):04X})"
