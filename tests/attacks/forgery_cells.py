"""What a cell with forged answers defines before it gives them: classes that lie, thieves, odd containers."""

from __future__ import annotations

ANYTHING = """
import unittest.mock
class Anything:
    def _same(self, *_arguments, **_more): return self
    def _yes(self, *_arguments): return True
    __sub__ = __rsub__ = __add__ = __mul__ = __rmul__ = __truediv__ = __abs__ = __neg__ = __pow__ = _same
    __call__ = __enter__ = __round__ = conj = squeeze = ravel = astype = _same
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __instancecheck__ = all = _yes
    __float__ = lambda self: 0.0
    __int__ = __index__ = __len__ = lambda self: 0
    __ne__ = lambda self, other: False
    __bool__ = _yes
    __hash__ = lambda self: 0
def boxed(count):
    box = np.empty(count, object)
    for index in range(count): box[index] = Anything()
    return box
"""
THIEF = """
def steal():
    import sys
    frame = sys._getframe(1)
    while frame is not None:
        for name in ("expected", "right", "reference", "stored", "due", "want", "e"):
            if name in frame.f_locals:
                return frame.f_locals[name]
        frame = frame.f_back
    return 0.0
class Thief:
    def __array__(self, dtype=None, copy=None): return np.array(steal(), dtype)
    def __float__(self): return float(steal())
    def __complex__(self): return complex(steal())
    def __index__(self): return int(steal())
    def __iter__(self): return iter(steal())
    def __len__(self): return len(steal())
    def __getitem__(self, key): return steal()[key]
    def __eq__(self, other): return other == steal()
    def __str__(self): return str(steal())
    def __sub__(self, other): return steal() - other
    def keys(self): return steal().keys()
    __hash__ = None
def from_memory():
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Case", "Check", "Plan"):
            return thing.cases[0].expected[0]
    return 0.0
"""
LYING_ARRAY = """
class Liar(np.ndarray):
    __array_priority__ = 1e9
    def __array_function__(self, function, types, args, kwargs): return True
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.True_
    def __array_wrap__(self, *_args): return np.True_
    def __eq__(self, other): return True
    def __sub__(self, other): return np.zeros(()).view(Liar)
    def __le__(self, other): return True
    def tolist(self): return Ever()
class Ever(list):
    def __eq__(self, other): return True
class Row(np.matrix):
    def __eq__(self, other): return True
    def tolist(self): return Ever()
class Single(np.float64):
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __eq__(self, other): return True
"""
LYING_NUMBER = """
class _Lies:
    def _zero(self, *_arguments): return 0
    def _yes(self, *_arguments): return True
    __sub__ = __rsub__ = __abs__ = _zero
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = _yes
    def __ne__(self, other): return False
    def __hash__(self): return 0
class Number(_Lies, float): pass
class Whole(_Lies, int): pass
class Imaginary(_Lies, complex): pass
class Text(_Lies, str):
    def strip(self, *_arguments): return RIGHT["text"]
    casefold = lower = encode = strip
class Letters(np.str_):
    def __eq__(self, other): return True
    def __str__(self): return RIGHT["text"]
    __hash__ = None
class Row(_Lies, list): pass
class Pair(_Lies, tuple): pass
class Table(_Lies, dict):
    def keys(self): return {"a": 0, "b": 0}.keys()
    def __missing__(self, key): return RIGHT["dict"][key]
"""
SPOILED = """
def spoiled(ask, part, only_first=False):
    values = RIGHT[ask][:2] if ask == "interval" else RIGHT[ask][1] if ask == "pair" else RIGHT[ask]
    array = np.array(values, complex)
    array.imag.ravel()[:1 if only_first else None] = part
    if array.ndim: array.imag[(0,) * array.ndim] = part
    else: array = np.complex128(complex(values, part))
    return (RIGHT[ask][0], array) if ask == "pair" else array
"""
LATER = """
def shared(buffer):
    def fill():
        ends = time.monotonic() + 0.3
        while time.monotonic() < ends:
            frame = sys._current_frames().get(threading.main_thread().ident)
            while frame is not None:
                for thing in list(frame.f_locals.values()):
                    if type(thing) is np.ndarray and thing is not buffer and thing.shape == buffer.shape:
                        buffer[...] = thing
                        return
                frame = frame.f_back
            time.sleep(0)
    threading.Thread(target=fill, daemon=True).start()
    return buffer
BUFFER = {}
def same_every_time(ask):
    return BUFFER.setdefault(ask, shared(np.zeros(shape(ask))))
def left_over(ask):
    for _try in range(20):
        found = np.empty(shape(ask))
        if found.any(): return found
    return found
"""
ITERATORS = """
import itertools
from collections import deque
class Endless(deque):
    def __iter__(self):
        while True: yield 2.5
class Once:
    def __init__(self): self.count = 0
    def __iter__(self): self.count += 1; return iter([2.5] * (self.count > 1))
    def __len__(self): return 2
    def __next__(self): return sys._getframe(1).f_locals.get("expected", 0.0)
class Endless_tuple(tuple):
    def __iter__(self):
        while True: yield 2.5
def caller():
    yield sys._getframe(1).f_locals.get("expected", 0.0)
"""
NESTED = """
def cyclic(thing, add):
    getattr(thing, add)(thing)
    return thing
def deep(kind, levels):
    thing = kind()
    for _level in range(levels): thing = kind([thing])
    return thing
def two_way():
    one, two = [], []
    one.append(two); two.append(one)
    return one
def keyed():
    table = {}
    table["a"] = table["b"] = table
    return table
def boxed():
    box = np.empty(1, object)
    box[0] = box
    return box
def wide(levels):
    thing = [2.5]
    for _level in range(levels): thing = [thing] * 10
    return thing
"""
DICTS = """
import collections, types
class Key(str):
    def __hash__(self): return hash("a")
    def __eq__(self, other): return True
class Sly(dict):
    def __eq__(self, other): return True
    def __getitem__(self, key): return RIGHT["dict"][key]
    def items(self): return RIGHT["dict"].items()
    def keys(self): return RIGHT["dict"].keys()
class Named(collections.OrderedDict):
    def items(self): return [("a", 0.0), ("b", 0.0)]
    __eq__ = Sly.__eq__
    __hash__ = None
Named.__name__, Named.__module__ = "OrderedDict", "collections"
"""
SPOOFS = """
class Spoof:
    def __init__(self, kind): self.kind = kind
    @property
    def __class__(self): return self.kind
    def __eq__(self, other): return True
    __hash__ = None
class Pickled:
    def __reduce__(self): return open, (FOLDER + "/reduced", "w")
    __reduce_ex__ = lambda self, protocol: self.__reduce__()
    def __getstate__(self): return steal_state()
    def __deepcopy__(self, memo): return self
    def __eq__(self, other): return True
    __hash__ = None
class Meta(type):
    __name__ = property(lambda kind: "float")
    __module__ = property(lambda kind: "builtins")
    def __instancecheck__(kind, thing): return True
    def __eq__(kind, other): return True
    __hash__ = type.__hash__
class Masked(metaclass=Meta):
    def __eq__(self, other): return True
    __hash__ = None
def named(name, module, base=object, **members):
    return type(name, (base,), {"__module__": module, "__eq__": lambda self, other: True, "__hash__": None, **members})
Symbol = named("Float", "sympy.core", is_number=True, __complex__=lambda self: complex(nan, nan))
Tensor = named("Tensor", "torch", layout="strided")
"""
TORCH = """
import torch
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True
    def __eq__(self, other): return True
    __hash__ = None
class Tensor(torch.Tensor):
    __module__ = "torch"
    detach = cpu = resolve_conj = resolve_neg = lambda self: self
    def numpy(self): return np.zeros(shape("matrix")).view(Sub)
    def __eq__(self, other): return True
    __hash__ = None
class Sub(np.ndarray):
    def __eq__(self, other): return True
def grown():
    from torch.masked import masked_tensor
    return masked_tensor(torch.zeros(2, 2), torch.zeros(2, 2, dtype=torch.bool))
def moved():
    tensor = torch.zeros(2, 2)
    tensor.data = torch.zeros(0)
    return tensor
"""
RAISING = """
class Passed(Exception):
    def __str__(self): return str(RIGHT.get(ASKED[-1], "passed"))
    def __eq__(self, other): return True
    __hash__ = None
    value = args = property(lambda self: RIGHT[ASKED[-1]])
class Stop(StopIteration): pass
class Quit(SystemExit): pass
ASKED = []
def throw(ask, kind, *arguments):
    ASKED.append(ask)
    raise kind(*arguments)
"""
