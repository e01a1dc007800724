"""Attacks that search: for rubrics and solutions, for other submissions, for what lies about in somebody's home."""

from __future__ import annotations

import py_compile
import tempfile
from functools import partial
from pathlib import Path

from arena import Arena
from attack import Attack
from native import native, program

GUARDS = "Landlock; no-open; namespaces"


def _with_home(arena: Arena, body: str) -> str:
    """Try the body where somebody's files lie about, each with the secret in it; `HOME` is their folder."""
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        for name in LEFT_ABOUT:
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'"""The answers."""\nANSWER = "{arena.token}"\n', "ascii")
        solution = home / "course" / "solutions.py"
        py_compile.compile(str(solution), cfile=str(home / "course" / "__pycache__" / "solutions.pyc"), doraise=True)
        return arena.attack(program(body, HOME=folder, LEFT_ABOUT=LEFT_ABOUT))


LEFT_ABOUT = (
    ".git/HEAD",
    ".ipynb_checkpoints/hw2-checkpoint.ipynb",
    ".ssh/id_test",
    ".aws/credentials",
    ".config/pip/pip.conf",
    ".bash_history",
    ".cache/grader/plans/0123.plan",
    "autograder/submission_metadata.json",
    "autograder/submission/hw2.ipynb",
    "autograder/previous_submissions/1/hw2.ipynb",
    "autograder/source/rubrics/hw2.yaml",
    "course/solutions.py",
)


def _at_home(numbers: tuple[int, ...], name: str, body: str) -> Attack:
    return Attack(numbers, name, GUARDS, partial(_with_home, body=body))


ATTACKS: tuple[Attack, ...] = (
    native(
        (22,),
        "list-the-folders",
        GUARDS,
        """
        import glob, pathlib
        folder = os.path.dirname(facts["secret"])
        arena = os.path.dirname(folder)
        def raw(path):
            fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            buffer = ctypes.create_string_buffer(4096)
            return buffer.raw[:syscall("getdents64", fd, buffer, 4096)].decode("latin-1")
        def by_library(path):
            LIBC.opendir.restype = ctypes.c_void_p
            return LIBC.opendir(path.encode()) is not None
        def found(names):
            return sorted(names) or False
        return tried({
            "listdir": lambda: found(os.listdir(folder)),
            "scandir": lambda: found(entry.name for entry in os.scandir(arena)),
            "glob": lambda: found(glob.glob(arena + "/*/*")),
            "walk": lambda: found(sum((files for _, _, files in os.walk(arena)), [])),
            "pathlib": lambda: found(map(str, pathlib.Path(arena).rglob("*"))),
            "system call": lambda: raw(folder),
            "through a library": lambda: found(os.listdir(os.path.dirname(os.__file__) + "/../" * 12 + arena)),
            "C library": lambda: by_library(arena),
            "the system": lambda: len(os.listdir("/")) or False,
            "temporary files": lambda: len(os.listdir("/tmp")) or False,
            "processes": lambda: len(os.listdir("/proc")) or False,
        })
        """,
    ),
    native(
        (22, 36),
        "find-the-bundled-homework",
        GUARDS + "; the package's own folder is private, and no finder finds it",
        """
        import glob, importlib, importlib.machinery, inspect, pkgutil
        # Installed, the homework that comes with it lies inside of the package; in a checkout, beside it.
        package = os.path.dirname(sys.modules["grader.sandbox.child"].__file__.replace("/sandbox", ""))
        def read_some(pattern):
            path = glob.glob(pattern, recursive=True)[0]
            return open(path).read(40)
        def imported(name):
            sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.PathFinder]
            sys.path[:0] = [os.path.dirname(package), package + "/homework"]
            importlib.invalidate_caches()
            return importlib.import_module(name).__name__
        around = os.path.dirname(package)
        return tried({
            "rubrics": lambda: open(around + "/rubrics/q1.yaml").read(40),
            "references": lambda: open(around + "/reference/kernel_ridge.py").read(40),
            "package": lambda: open(package + "/judging.py").read(40),
            "package data": lambda: pkgutil.get_data("grader", "judging.py")[:40],
            "source": lambda: inspect.getsource(sys.modules["grader.codec"])[:40],
            "somewhere": lambda: read_some(around + "/**/*.yaml"),
            "compiled": lambda: read_some(around + "/**/__pycache__/*.pyc"),
            "import a reference": lambda: imported("reference.kernel_ridge"),
            "import the judge": lambda: imported("grader.judging"),
        })
        """,
    ),
    native(
        (23,),
        "read-the-reference-as-source",
        GUARDS,
        """
        import doctest, inspect, linecache, traceback, types, warnings
        secret = facts["secret"]
        def quoted():  # a traceback shows the lines of the file that its code says it is from
            try:
                exec(compile("1 / 0", secret, "exec"), {})
            except ZeroDivisionError:
                return traceback.format_exc().split(secret)[1][:200].partition("module>")[2].split("Zero")[0].strip()
        def of_a_module():
            module = types.ModuleType("q1")
            module.__file__ = secret
            return inspect.getsource(module)
        def of_a_function():
            scope = {}
            exec(compile("def q1(): pass", secret, "exec"), scope)
            return inspect.getsource(scope["q1"])
        def warned():
            text = warnings.formatwarning("x", UserWarning, secret, 1)
            return text.partition(" x")[2].strip()
        return tried({
            "traceback": quoted,
            "module": of_a_module,
            "function": of_a_function,
            "warning": warned,
            "linecache": lambda: "".join(linecache.updatecache(secret)),
            "doctest": lambda: doctest._load_testfile(secret, None, False, "ascii")[0],
        })
        """,
    ),
    _at_home(
        (23, 36),
        "load-the-solutions",
        """
        import importlib.util, marshal, runpy
        folder = HOME + "/course"
        def loaded(path):
            spec = importlib.util.spec_from_file_location("solutions", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module.ANSWER
        def imported():
            sys.path.insert(0, folder)
            sys.path_importer_cache.clear()
            sys.meta_path.insert(0, importlib.machinery.PathFinder)
            import solutions
            return solutions.ANSWER
        return tried({
            "import": imported,
            "source": lambda: loaded(folder + "/solutions.py"),
            "compiled": lambda: loaded(folder + "/__pycache__/solutions.pyc"),
            "constants": lambda: marshal.loads(open(folder + "/__pycache__/solutions.pyc", "rb").read()[16:]).co_consts,
            "run": lambda: runpy.run_path(folder + "/solutions.py")["ANSWER"],
        })
        """,
    ),
    _at_home(
        (35, 40),
        "read-what-lies-about",
        """
        import pwd
        def reader(path):
            return lambda: open(path, "rb").read(200).decode("latin-1").strip()
        def counter(path):
            return lambda: len(open(path, "rb").read(200))
        ways = {name: reader(HOME + "/" + name) for name in LEFT_ABOUT}
        ways |= {path: counter(path) for path in ("/etc/passwd", "/etc/hostname", "/etc/machine-id", "/proc/version")}
        ways["users"] = lambda: pwd.getpwuid(0).pw_dir
        return tried(ways)
        """,
    ),
)
