"""Answers that are not right and want to count as right: what a cell defines first, and expressions that give the answers.

An expression may use `ask` (the name of the question), `given` (its input), `shape(ask)` and `RIGHT[ask]`, see answers.py.
"""

from __future__ import annotations

from typing import NamedTuple

from forgery_cells import (
    ANYTHING,
    DICTS,
    ITERATORS,
    LATER,
    LYING_ARRAY,
    LYING_NUMBER,
    NESTED,
    RAISING,
    SPOILED,
    SPOOFS,
    THIEF,
    TORCH,
)

Tries = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
NUMERIC = ("scalar", "matrix", "pair", "large", "roots", "count", "interval", "noise", "path", "range")
CODEC = "only plain data crosses the wire; everything else is equal to nothing"
STRICT = "comparators: exact shape, positive tests only"


class Forgery(NamedTuple):
    """A family of forged answers. `tries`: (questions, or () for all of them; the answers that are tried on each)."""

    numbers: tuple[int, ...]
    name: str
    stopped_by: str
    helpers: str
    tries: Tries


ZEROS = "torch.zeros(shape(ask))"
MARKS = (
    "\\u200b",
    "\\u200d",
    "\\u202e",
    "\\u2066",
    "\\ufeff",
    "\\u00ad",
    "\\u0301",
    "\\x00",
    "\\x1b[0m",
    "\\U000e0061",
)

FORGERIES = (
    Forgery(
        (41,), "equal-to-everything", CODEC, ANYTHING,
        (((), ("Anything()", "[Anything()] * 2", "(Anything(), Anything(), Anything())", "unittest.mock.ANY",
               "unittest.mock.MagicMock()", '{"a": Anything(), "b": unittest.mock.ANY}')),),
    ),
    Forgery(
        (37, 41, 59), "steal-from-the-caller", CODEC, THIEF,
        (((), ("Thief()", "[Thief()]", "(Thief(), Thief())", "steal()", "np.array(Thief())", "from_memory()")),),
    ),
    Forgery(
        (42, 52), "lying-array", CODEC, LYING_ARRAY,
        (((), ("np.zeros(shape(ask)).view(Liar)", "np.zeros(1).view(Liar)", "np.zeros((1, 1)).view(Row)", "Single(0)",
               "[np.zeros(2).view(Liar)] * 2", "np.zeros(2).view(np.recarray)", "np.char.array(['2.5', '2.5'])",
               "np.poly1d([0.0, 0.0])", "np.matrix('0 0; 0 0')")),),
    ),
    Forgery(
        (43,), "lying-number", CODEC, LYING_NUMBER,
        (((), ("Number(0)", "Whole(0)", "Imaginary(0)", "Text('?')", "Letters('?')", "Row([Number(0)] * 2)",
               "Pair((Whole(0), Whole(0)))", "Table(a=Number(0), b=Number(0))", "[Number(0), Number(0)]")),),
    ),
    Forgery(
        (44,), "array-of-objects", CODEC, ANYTHING,
        (((), ("boxed(1)", "boxed(2)", "boxed(3)", "boxed(4).reshape(2, 2)", "boxed(6).reshape(3, 2)", "boxed(100).reshape(10, 10)",
               "boxed(2).tolist()", "np.full((1,), unittest.mock.ANY, object)")),),
    ),
    Forgery(
        (45,), "masked-array", CODEC, "import numpy.ma",
        (((), ("np.ma.masked", "np.ma.masked_all(shape(ask))", "np.ma.array(np.zeros(shape(ask)), mask=True)",
               "[np.ma.masked, np.ma.masked]", "np.ma.array([0.0, 0.0], mask=[0, 1], hard_mask=True)",
               "np.ma.masked_invalid(np.full(shape(ask), nan))", "np.ma.zeros(shape(ask))")),),
    ),
    Forgery(
        (46, 20), "empty-shape", STRICT, "",
        (((), ("np.empty(0)", "np.empty((0, 2))", "np.empty((2, 0))", "np.empty((0, 1, 2))", "np.empty((0,) * 32)",
               "np.array([], bool)", "np.array([], complex)", "[]", "()", "[[]]", "[[], []]", "([], [])", "{}", "''",
               "set()", "range(0)", "None", "np.empty((0, 2)).tolist()", "np.empty((2, 0, 10))")),),
    ),
    Forgery(
        (47,), "broadcast-shape", STRICT, "",
        (
            (("constant",), ("2.5", "[2.5]", "[[2.5], [2.5]]", "[[2.5, 2.5]]", "np.full((3, 2, 2), 2.5)", "np.full(4, 2.5)",
                             "np.broadcast_to(2.5, (5, 2, 2))", "np.full((2, 1, 2, 2), 2.5)", "[2.5, [2.5, 2.5]]")),
            (("still",), ("1.0", "[1.0, 1.0]", "[[1.0, 1.0]]", "[[1.0], [1.0], [1.0]]", "np.ones((2, 3, 2))", "np.ones(6)")),
            (("ones",), ("1.0", "[1.0]", "np.ones((2, 2))", "np.ones((3, 2))")),
            (("double root",), ("1.0", "[1.0]", "[1.0, 1.0, 1.0]", "[[1.0, 1.0], [1.0, 1.0]]")),
            (("count",), ("[7, 7]", "np.full((2, 2), 7)")),
            (("range",), ("[1.5, 1.5, 1.5]", "np.full((2, 2), 1.5)")),
            (("interval",), ("0.5", "[[0.25, 0.75], [0.25, 0.75]]", "(0.25, 0.75, 0.5)", "((0.25, 0.75), 'open', 'open')")),
            (("pair",), ("2.5", "(2.5,)", "(2.5, 1.0, 2.0)", "[[2.5], [1.0, 2.0]] * 2", "(2.5, 1.0)")),
        ),
    ),
    Forgery(
        (48, 13), "not-a-number", STRICT, "from decimal import Decimal",
        (((), ("nan", "np.full(shape(ask), nan)", "[nan, nan]", "(nan, nan)", "(nan, nan, 'open')", "complex(nan, 0)",
               "np.full(shape(ask), nan, np.float16)", "np.full(shape(ask), complex(nan, nan))", "'nan'", "'(nan, nan)'",
               "{'a': nan, 'b': nan}", "[nan, nan, nan]", "(nan, [nan, nan])", "Decimal('nan')")),),
    ),
    Forgery(
        (49, 13), "infinite", STRICT, "",
        (
            ((), ("inf", "-inf", "np.full(shape(ask), inf)", "[inf, -inf]", "[inf, nan]", "1.7976931348623157e308",
                  "np.full(shape(ask), -1.7e308)", "complex(inf, inf)", "np.full(shape(ask), complex(1.7e308, 1.7e308))",
                  "np.full(shape(ask), inf, np.float16)", "'inf'", "'[-inf, inf]'", "(-inf, inf)", "(-inf, inf, 'open')")),
            (("infinite",), ("[-inf, 1.0]", "[inf, 5.0]", "[inf, inf]", "[1.7e308, 1.0]", "[complex(inf, inf), 1.0]")),
            (("unbounded",), ("(0.25, 1.7e308)", "(inf, inf)", "'(0.25, -inf)'", "(-inf, 0.25)", "(0.25, nan)")),
        ),
    ),
    Forgery(
        (50,), "complex-not-a-number", STRICT, SPOILED,
        ((NUMERIC, ("spoiled(ask, nan)", "spoiled(ask, inf)", "spoiled(ask, -inf)", "spoiled(ask, 1e300)",
                    "spoiled(ask, nan, True)", "spoiled(ask, inf, True)", "spoiled(ask, nan).tolist()")),),
    ),
    Forgery(
        (51,), "wrong-type", CODEC, "",
        (
            (("ones",), ("[True, True]", "np.ones(2, bool)", "['1.0', '1.0']", "np.array(['1.0', '1.0'])", "'[1.0, 1.0]'",
                         "np.array([1, 1], 'm8[s]')", "np.array([(1.0, 1.0)], 'f8,f8')", "np.zeros(2, 'V8')", "b'11'")),
            (("wrap",), ("np.array([256, -1]).astype(np.uint8)", "np.array([256, -1]).astype(np.int8)", "[0, 255]",
                         "np.array([256, -1]).astype(np.uint64)", "np.array([256, -1]).astype(bool)")),
            (("fine",), ("np.array([70000.0, 1e-8]).astype(np.float16)", "np.array([70000, 0]).astype(np.int16)")),
            (("zero",), ("[False, False]", "np.zeros(2, bool)", "np.zeros(2, 'm8')", "np.array(['NaT', 'NaT'], 'M8')")),
            (("truth",), ("1", "1.0", "'True'", "[True]", "np.ones(1, bool)", "np.uint8(1)", "(True,)", "1 + 0j")),
            (("scalar",), ("'2.5'", "b'2.5'", "np.str_('2.5')", "np.bytes_(b'2.5')", "np.datetime64('NaT')", "True")),
            (("list",), ("[True, 2, 3]", "'123'", "['1', '2', '3']", "b'\\x01\\x02\\x03'", "{1, 2, 3}", "[1, 2, 3, 4][:2]")),
            (("count",), ("'7'", "b'7'", "np.timedelta64(7)", "7.001", "7 + 1e-3j", "[7]*7")),
            (("text", "choice"), ("b'large'", "['large']", "np.array(['large'])", "np.bytes_(b'large')", "('large',)", "1")),
            (("interval",), ("b'(0.25, 0.75)'", "['0.25', '0.75', 'open']", "(0.25, 0.75, True)", "(0.25, 0.75, b'open')")),
        ),
    ),
    Forgery(
        (52,), "odd-tensor", CODEC, TORCH,
        (((), (ZEROS, f"{ZEROS}.as_subclass(Liar)", f"{ZEROS}.as_subclass(Tensor)", f"torch.nn.Parameter({ZEROS})",
               f"{ZEROS}.to_sparse()", f"torch.quantize_per_tensor({ZEROS}, 1.0, 0, torch.qint8)",
               "torch.empty(2, 2, device='meta')", "torch.nested.nested_tensor([torch.zeros(2), torch.zeros(1)])",
               "torch.full(shape(ask), nan, requires_grad=True)", "torch.zeros(1).expand(10**9)", "torch.zeros(0, 2)",
               "torch.full(shape(ask), complex(0, 0)).conj()", "torch.ones(2, dtype=torch.bool)", "moved()", "grown()",
               "torch.zeros(2, 2, dtype=torch.bfloat16)", "torch.zeros(2).to(torch.float8_e5m2)", "[torch.zeros(2)] * 2",
               "torch.zeros(2, 2, names=('a', 'b'))", "torch.zeros(2, 2).to_mkldnn()")),),
    ),
    Forgery(
        (53, 61), "buffer-that-is-filled-later", "values are copied before they are compared, in another process", LATER,
        ((("matrix", "constant", "path", "still", "noise", "ones"),
          ("shared(np.zeros(shape(ask)))", "same_every_time(ask)", "[shared(np.zeros(2))] * 2", "left_over(ask)",
           "np.frombuffer(bytearray(8 * int(np.prod(shape(ask))))).reshape(shape(ask))")),),
    ),
    Forgery(
        (54,), "endless-strides", "sizes are bounded before bytes are copied, in the child and in the grader", "",
        ((("constant", "list", "roots", "path", "scalar"),
          ("np.broadcast_to(2.5, (10**9,))", "np.broadcast_to(1, (10**5, 10**5))", "np.broadcast_to(2.5, (2, 2, 10**9))",
           "np.lib.stride_tricks.as_strided(np.ones(1), (2**40,), (0,))", "np.empty((0, 2**40))",
           "[np.broadcast_to(2.5, (10**5,))] * 1000", "np.broadcast_to(np.array(2.5, object), (10**9,))")),),
    ),
    Forgery(
        (54, 96), "small-bytes-that-grow", "an answer's shape is compared before it is converted", "",
        ((("constant", "list", "roots"), ("np.zeros(8 * 2**20, np.int8)",)),),
    ),
    Forgery(
        (54, 96), "many-large-answers", "answers are judged as they come and then dropped", "",
        ((("constant",), ("np.zeros((2**20, 2))",) * 10),),
    ),
    Forgery(
        (55,), "iterator", CODEC, ITERATORS,
        (((), ("(x for x in RIGHT[ask])", "map(float, [2.5])", "itertools.repeat(2.5)", "itertools.count()", "Once()",
               "Endless([2.5])", "caller()", "iter(lambda: 2.5, None)", "(lambda: RIGHT[ask])", "zip([1], [2])",
               "memoryview(b'11')", "[caller()]")),
         (("list",), ("Endless_tuple([2.5])", "range(10**12)"))),
    ),
    Forgery(
        (56,), "cyclic-and-deep", "depth and number of items are bounded on both sides", NESTED,
        ((("scalar", "matrix", "list", "dict", "roots", "text"),
          ("cyclic([], 'append')", "cyclic([2.5], 'append')", "two_way()", "boxed()", "deep(list, 10**5)",
           "deep(tuple, 10**5)", "deep(list, 63)", "deep(list, 40)")),
         (("list",), ("wide(6)", "wide(4)", "[[2.5] * 1000] * 1000", "keyed()"))),
    ),
    Forgery(
        (57,), "huge-number", "integers are 64 bits wide, texts have at most 100,000 characters", "",
        (((), ("1 << 3_000_000", "-(1 << 3_000_000)", "2**64", "2**63", "10**400", "'9' * 10**6", "'1' * 99_999", "2**53 + 1",
               "'(' + '9' * 9999 + ', inf)'", "'(' + ' ' * 99_000", "'[' + '1' * 50_000 + ' ' * 49_000", "[10**30] * 2",
               "{'a': 10**400, 'b': 2**64}", "(10**400, 10**401)")),),
    ),
    Forgery(
        (58,), "odd-dict", CODEC, DICTS,
        ((("dict", "list", "pair", "matrix"),
          ("Sly()", "Named(a=0.0, b=0.0)", "{nan: 1.0, nan + 0: 2.0}", "{('a',): 1.0, 'b': 2.0}", "{Key('x'): 1.0}",
           "{1: 1.0, 1 + 2j: 2.0}", "collections.defaultdict(lambda: 1.0)", "types.MappingProxyType(RIGHT['dict'])",
           "collections.UserDict(RIGHT['dict'])", "collections.ChainMap(RIGHT['dict'])", "collections.Counter('ab')",
           "{'a': 1.0}", "{'a': 1.0, 'b': 2.0, 'c': 3.0}", "{'b': 1.0, 'a': 2.0}", "{b'a': 1.0, b'b': 2.0}",
           "{'a\\u200b': 1.0, 'b': 2.0}", "{str(n): 1.0 for n in range(1000)}", "[('a', 1.0), ('b', 2.0)]")),),
    ),
    Forgery(
        (59,), "false-class", CODEC, SPOOFS,
        (((), ("Spoof(float)", "Spoof(int)", "Spoof(np.ndarray)", "Spoof(str)", "Spoof(tuple)", "Pickled()", "[Pickled()]",
               "Masked()", "Masked", "named('ndarray', 'numpy')()", "named('float', 'builtins')()", "Symbol()", "Tensor()",
               "named('Items', 'grader.values', items=())()", "np.array([Pickled()], object)")),),
    ),
    Forgery(
        (60,), "the-input-itself", "inputs are copies in another process; arguments that change are noticed", "",
        ((("sorted",), ("given", "given.fill(0) or given", "given.fill(0) or np.zeros(3)", "given.sort() or given",
                        "given.resize(0, refcheck=False) or given", "(given.sort(), given)[1].copy()", "given[:]")),),
    ),
    Forgery(
        (62,), "look-alike-text", "texts are compared as they are, and shown without marks", "",
        (
            (("text", "choice"), tuple(f"'la{mark}rge'" for mark in MARKS)),
            (("text", "choice"), ("'l\\u0430rge'", "'\\uff4c\\uff41\\uff52\\uff47\\uff45'", "'egral\\u202e'", "'large\\x00'")),
            (("text",), ("'Large'", "' large'", "'large\\n'", "'large\\u3000'")),
            (("interval",), ("'\\u202e)57.0 ,52.0('", "'(0.25\\u200b, 0.75)'", "'\\uff080.25, 0.75\\uff09'", "'(0,25; 0,75)'")),
        ),
    ),
    Forgery(
        (16,), "raise-the-answer", "an exception is never an answer; its text is data", THIEF + RAISING,
        (((), ("throw(ask, Passed)", "throw(ask, Stop, RIGHT[ask])", "throw(ask, Quit, 0)", "throw(ask, KeyboardInterrupt)",
               "throw(ask, GeneratorExit, RIGHT[ask])", "throw(ask, AssertionError)", "throw(ask, KeyError, steal())",
               "throw(ask, Exception, 'x' * 10**6)")),),
    ),
)  # fmt: skip
