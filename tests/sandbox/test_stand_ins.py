"""Functions that plot or show their progress, where those libraries are not installed."""

from __future__ import annotations

import copy
import importlib
import sys
from collections.abc import Iterator

import pytest

from grader.sandbox.stand_ins import INERT, STAND_INS, StandInFinder

HIDDEN = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "tqdm", "ipywidgets", "torchviz", "numba")


class NotInstalled(StandInFinder):
    """Stands before every other finder, so that the tests do not depend on what is installed."""


@pytest.fixture(autouse=True)
def stand_ins() -> Iterator[None]:
    """The stand-ins instead of what may be installed here."""
    finder = NotInstalled()
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in HIDDEN}
    sys.meta_path.insert(0, finder)
    yield
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.split(".")[0] in HIDDEN]:
        del sys.modules[name]
    sys.modules.update(kept)


def run(source: str) -> object:
    """What `f()` gives."""
    namespace: dict[str, object] = {}
    exec(source, namespace)  # noqa: S102 (a table of students' code)
    function = namespace["f"]
    assert callable(function)
    return function()


@pytest.mark.parametrize(
    "body",
    [
        "import matplotlib.pyplot as plt\n    plt.rcParams['figure.dpi'] = 100\n    plt.plot([1]); plt.show()",
        "from matplotlib import pyplot as plt\n    plt.figure(figsize=(1, 2)).add_subplot(111).set_title('x')",
        "import matplotlib.pyplot as plt\n    fig, ax = plt.subplots()\n    line, = ax.plot([1], [2])",
        "import matplotlib.pyplot as plt\n    fig, (a, b) = plt.subplots(1, 2)\n    a.plot(1); b.plot(1)",
        "import matplotlib.pyplot as plt\n    fig, axs = plt.subplots(2, 2)\n    axs[0, 1].plot(1); axs.flat[3].plot(1)",
        "import matplotlib.pyplot as plt\n    fig, axs = plt.subplots(squeeze=False)\n    axs[0, 0].plot(1)",
        "import matplotlib.pyplot as plt\n    counts, bins, bars = plt.hist([1])\n    for bar in bars: bar.show()",
        "import matplotlib.pyplot as plt\n    with plt.style.context('x'): pass",
        "from matplotlib.animation import FuncAnimation\n    class A(FuncAnimation): pass",
        "from mpl_toolkits.mplot3d import Axes3D\n    import matplotlib; print(matplotlib.__version__)",
        "import seaborn as sns; sns.set_theme(); sns.heatmap([[1]], annot=True)",
        "import plotly.express as px; px.line(x=[1]).show()",
        "from torchviz import make_dot; make_dot(1).render('x')",
        "import numba\n    g = numba.vectorize(['f8(f8)'])(lambda x: 2 * x)\n    assert list(g([1.0, 2.0])) == [2.0, 4.0]",
        "import ipywidgets as widgets; widgets.IntSlider(min=1).observe(print)",
    ],
)
def test_stand_in_lets_a_function_go_on(body: str) -> None:
    assert run(f"def f():\n    {body}\n    return 7") == 7


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("from tqdm import tqdm\n    return list(tqdm([1, 2], desc='x'))", [1, 2]),
        ("from tqdm.notebook import tqdm, trange\n    return [*tqdm(range(2)), *trange(1, 3)]", [0, 1, 1, 2]),
        ("from tqdm.auto import tqdm\n    bar = tqdm(total=2); bar.update(1); bar.close(); return list(bar)", []),
        ("import tqdm\n    with tqdm.tqdm([1]) as bar:\n        bar.set_postfix(a=1); return len(bar)", 1),
        ("import tqdm\n    return tqdm.tqdm.write('x')", None),
        ("from numba import njit, prange\n    return njit(lambda: sum(i for i in prange(3)))()", 3),
        ("import numba\n    return numba.jit(nopython=True)(lambda: 4)()", 4),
        ("from ipywidgets import interact\n    return interact(x=(0, 1))(lambda: 5)()", 5),
        ("import matplotlib\n    return hasattr(matplotlib, '__path__')", True),
    ],
)
def test_stand_in_passes_on_what_matters(body: str, value: object) -> None:
    assert run(f"def f():\n    {body}") == value


@pytest.mark.parametrize("name", ["pandas_missing", "scipy_missing.optimize", "json.no_such_part", "google_missing"])
def test_stand_ins_cover_only_the_table(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


def test_display_of_a_stand_in_does_nothing() -> None:
    assert STAND_INS["IPython"]["display"](1) is None


def test_inert_can_be_copied() -> None:
    assert copy.copy(INERT) is not None


def test_stand_ins_do_not_pretend_to_be_colab() -> None:
    source = "def f():\n    try:\n        import google.colab\n    except ImportError:\n        return 7\n    return 0"
    assert run(source) == 7
