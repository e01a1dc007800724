"""A submission's bytes to a Reading: documents, candidates and slices, and what a person should know."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from typing import NamedTuple

from grader.records import AskedPart, Bundle, Candidate, Document, File, Log, Module, Place, Reading, Statement
from grader.submission.archive import is_junk, is_wanted, open_archive
from grader.submission.blocks import Block, split_imports, split_statements
from grader.submission.candidates import Definition, Sought, broken_names, definitions, inner_functions
from grader.submission.encodings import decode
from grader.submission.logs import log_patterns, read_logs
from grader.submission.magics import translate
from grader.submission.names import Context
from grader.submission.notebook import read_cells
from grader.submission.pieces import MAX_LINES, has_more_lines
from grader.submission.slicing import Slicer
from grader.submission.writings import Answer, answers_in, writings_of

MAX_STATEMENTS = 20_000
MAX_CANDIDATES = 8  # filled-in ones of one name; the last count
MAX_OTHER_NAMES = 200
EXPECTED = "hand in the notebook (.ipynb) with your answers, alone or in a zip"


class Wanted(NamedTuple):
    """What the rubric asks of a submission."""

    names: tuple[str, ...]
    patterns: tuple[str, ...]
    handout: dict[str, str]
    given: dict[str, frozenset[str]]  # by wanted name: globals that the rubric sets before it is defined
    values: frozenset[str] = frozenset()  # wanted names that stand for data
    asked: tuple[AskedPart, ...] = ()  # the homework's parts; none where no text is wanted
    logs: tuple[str, ...] = ()  # patterns of files that are read as evidence

    @property
    def every_name(self) -> tuple[str, ...]:
        """Of functions and of data."""
        return (*self.names, *sorted(self.values.difference(self.names)))


class _Text(NamedTuple):
    """A cell or a file as Python text, with the label that a student knows it by."""

    label: str
    text: str


class _Source(NamedTuple):
    """A document before its statements are known."""

    name: str
    is_notebook: bool
    texts: tuple[_Text, ...]


class _Found(NamedTuple):
    statement: int
    definition: Definition
    rebinds: bool  # `square = vectorize(square)`


def read_submission(bundle: Bundle, wanted: Wanted) -> Reading:
    """What `bundle` holds. Nothing in it makes this raise: faults are words in the Reading."""
    patterns = (*wanted.patterns, *log_patterns(wanted.logs))
    files, notes, fault = open_archive(bundle.files[0], patterns) if bundle.is_archive else (bundle.files, (), "")
    if fault:
        return Reading(fault=fault)
    reader = _Reader(wanted, [*bundle.notes, *notes])
    reader.read(files)
    return reader.reading(bundle.name)


class _Reader:
    def __init__(self, wanted: Wanted, notes: list[str]) -> None:
        self._wanted = wanted
        self._sought = Sought(frozenset(wanted.every_name), wanted.values, wanted.handout)
        self._notes = notes
        self._modules: dict[str, str] = {}
        self._sources: list[_Source] = []
        self._module_names: dict[str, frozenset[str]] = {}  # that our documents define: "optim.py" -> {"sgd"}
        self._documents: list[Document] = []
        self._candidates: list[Candidate] = []
        self._others: list[tuple[str, Place]] = []
        self._answers: list[Answer] = []
        self._logs: tuple[Log, ...] = ()

    def read(self, files: tuple[File, ...]) -> None:
        """Take in every file that the rubric looks into."""
        files = tuple(file for file in files if not is_junk(file.name))
        self._read_logs(files)
        documents = [file for file in files if is_wanted(file.name, self._wanted.patterns)]
        for file in files:
            if file.name.lower().endswith(".py"):
                self._modules[file.name] = decode(file.data)
        for file in documents:
            if file.name.lower().endswith(".ipynb"):
                self._read_notebook(file, is_alone=len(documents) == 1)
            elif file.name in self._modules:
                self._add_module(file.name, self._modules[file.name], file.name)
        for index, source in enumerate(self._sources):
            self._analyse(index, source)

    def _read_logs(self, files: tuple[File, ...]) -> None:
        self._logs, notes = read_logs(files, self._wanted.logs)
        self._notes += notes

    def reading(self, name: str) -> Reading:
        """The result."""
        fault = "" if self._documents else self._nothing_found(name)
        return Reading(
            documents=tuple(self._documents),
            modules=tuple(Module(path=path, source=source) for path, source in self._modules.items()),
            candidates=tuple(self._candidates),
            other_names=tuple(self._others[:MAX_OTHER_NAMES]),
            writings=writings_of(self._answers),
            notes=tuple(dict.fromkeys(self._notes)),
            fault=fault,
            logs=self._logs,
        )

    def _nothing_found(self, name: str) -> str:
        reasons = " ".join(f"{note}." for note in self._notes[:5])
        return f"{name} holds no notebook and no .py file that can be read: {EXPECTED}. {reasons}".strip()

    def _read_notebook(self, file: File, *, is_alone: bool) -> None:
        asked = self._wanted.asked
        cells = read_cells(file.data, with_texts=bool(asked))
        if cells.fault or cells.note:
            self._notes.append(f"{file.name}: {cells.fault or cells.note}")
        if cells.fault:
            return
        prefix = "" if is_alone else f"{file.name}, "
        self._answers += answers_in(cells.texts, asked, prefix)
        if has_more_lines(cells.texts):
            self._notes.append(f"{file.name}: only the first {MAX_LINES} lines of its text cells were read")
        texts = []
        for number, cell in enumerate(cells.sources, 1):
            label = f"{prefix}cell {number}"
            translated = translate(cell)
            if translated.file_name:
                self._modules.setdefault(translated.file_name, translated.text)
                self._add_module(translated.file_name, translated.text, label)
            else:
                texts.append(_Text(label, translated.text))
        self._sources.append(_Source(file.name, is_notebook=True, texts=tuple(texts)))

    def _add_module(self, name: str, source: str, label: str) -> None:
        text = translate(source).text if "\n%" in source or "get_ipython" in source else source
        self._module_names[name] = broken_names(text)
        self._sources.append(_Source(name, is_notebook=False, texts=(_Text(label, text),)))

    def _analyse(self, index: int, source: _Source) -> None:
        pairs = self._statements_of(source)
        context = Context([block.node for _label, block in pairs if block.node is not None])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's code
            statements = tuple(_statement(label, block, context) for label, block in pairs)
        self._note_faults(source.name, pairs)
        self._documents.append(Document(name=source.name, is_notebook=source.is_notebook, statements=statements))
        found: list[_Found] = []
        inner: list[tuple[str, Place]] = []
        for number, ((_label, block), statement) in enumerate(zip(pairs, statements, strict=True)):
            parts = context.parts_of(block.node) if block.node else None
            found += [
                _Found(number, definition, _rebinds(block, statement, definition.name))
                for definition in definitions(block, statement, parts, self._sought)
                if not self._is_defined_elsewhere(definition)
            ]
            inner += inner_functions(block, statement, parts, self._wanted.names)
        self._add_candidates(index, statements, found)
        self._others += inner

    def _statements_of(self, source: _Source) -> list[tuple[str, Block]]:
        pieces: list[tuple[str, Block]] = []
        count = 0
        for text in source.texts:
            for block in split_statements(text.text):
                count += 1
                if count <= MAX_STATEMENTS:
                    pieces += ((text.label, single) for single in split_imports(block))
        if count > MAX_STATEMENTS:
            self._notes.append(f"{source.name} has {count} statements: only the first {MAX_STATEMENTS} were read")
        return pieces

    def _is_defined_elsewhere(self, definition: Definition) -> bool:
        """Whether a name is imported from a document of ours, where its definition is found."""
        stem = "/" + definition.module.replace(".", "/")
        files = (f"{stem}.py", f"{stem}/__init__.py")
        return bool(definition.module) and any(
            f"/{name}".endswith(files) and definition.name in names for name, names in self._module_names.items()
        )

    def _note_faults(self, name: str, pairs: list[tuple[str, Block]]) -> None:
        for label, block in pairs:
            if block.has_print_statement:
                self._notes.append(f"{name}: print statements of Python 2 were read as calls of print")
            elif block.node is None and block.text.strip():
                line = block.text.split("\n")[block.fault_line - block.line : block.fault_line - block.line + 1]
                shown = f": `{line[0].strip()[:80]}`" if line else ""
                self._notes.append(f"{label}, line {block.fault_line} does not parse ({block.fault}){shown}")

    def _add_candidates(self, index: int, statements: tuple[Statement, ...], found: list[_Found]) -> None:
        slicer = Slicer(statements)
        by_name: dict[str, list[_Found]] = defaultdict(list)
        for item in found:
            by_name[item.definition.name].append(item)
        for name in self._wanted.every_name:
            if name in by_name:
                self._add_candidates_of(name, index, slicer, by_name[name])
        self._others += [
            (item.definition.name, item.definition.place)
            for item in found
            if item.definition.name not in self._sought.names
            and item.definition.place.source.startswith(("def ", "async def "))
        ]

    def _add_candidates_of(self, name: str, index: int, slicer: Slicer, found: list[_Found]) -> None:
        mine = _fresh(found)
        if len(mine) > MAX_CANDIDATES:
            self._notes.append(f"{name} is defined {len(mine)} times: only the last {MAX_CANDIDATES} are graded")
        given = self._wanted.given.get(name, frozenset())
        for item in _kept(mine):
            rivals = slicer.defining(name) - {item.statement}
            value = "" if item.definition.is_def else name
            slices = slicer.slices(item.statement, rivals=rivals, given=given, rebinds=item.rebinds, value=value)
            for chosen in ((),) if item.definition.fault else slices:
                self._candidates.append(_candidate(index, item, chosen, slicer.statements))


def _fresh(found: list[_Found]) -> list[_Found]:
    """Without those that only carry on with an object that was made before: a network that is trained is no new one."""
    fresh = [item for item in found if not item.definition.carries_on]
    return fresh if fresh and all(item.definition.is_made for item in fresh) else found


def _kept(found: list[_Found]) -> list[_Found]:
    """The last ones, but a `def` before `square = make()` and the like."""
    last = sorted(range(len(found)), key=lambda index: (found[index].definition.is_def, index))[-MAX_CANDIDATES:]
    return [found[index] for index in sorted(last)]


def _rebinds(block: Block, statement: Statement, name: str) -> bool:
    """`square = vectorize(square)`, and `answer += ", 3"` too: what stood there before is needed."""
    return isinstance(block.node, ast.AugAssign) or (
        isinstance(block.node, ast.Assign | ast.AnnAssign) and name in statement.uses
    )


def _candidate(index: int, item: _Found, chosen: tuple[int, ...], statements: tuple[Statement, ...]) -> Candidate:
    definition = item.definition
    return Candidate(
        name=definition.name,
        document=index,
        statement=item.statement,
        place=definition.place,
        slice=chosen,
        is_placeholder=definition.is_placeholder,
        fault=definition.fault,
        libraries=frozenset[str]().union(*(statements[number].imports for number in chosen)),
    )


def _statement(label: str, block: Block, context: Context) -> Statement:
    if block.node is None:
        return _faulty(label, block, block.fault, block.fault_line)
    try:
        names = context.names_of(block.node, block.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # what only the compiler refuses
        return _faulty(label, block, str(getattr(error, "msg", None) or error), block.line)
    return Statement(
        label=label,
        line=block.line,
        text=block.text,
        defines=names.defines,
        mutates=names.mutates,
        uses=names.uses,
        imports=names.imports,
        has_star_import=names.has_star_import,
        trains=names.trains,
    )


def _faulty(label: str, block: Block, fault: str, line: int) -> Statement:
    return Statement(
        label=label,
        line=block.line,
        text=block.text[:2000],
        defines=broken_names(block.text),
        fault=f"{fault} (line {line})",
    )
