"""Jinja2 with short ways: what it makes of a template is the same, to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from functools import cached_property
from types import BuiltinFunctionType, FunctionType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.environment import TemplateModule
from jinja2.runtime import Macro
from jinja2.utils import missing
from markupsafe import Markup as Safe
from markupsafe import escape


class Context(jinja2.runtime.Context):
    """A context that calls macros and functions at once, where they want nothing of Jinja2.

    A page makes dozens of such calls; asking each what it wants costs more than many of them do.
    """

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What a callable returns for these arguments."""
        macro = type(obj) is Direct
        special = not macro and (type(obj) not in _PLAIN or hasattr(obj, "jinja_pass_arg"))
        if special or not self.eval_ctx.autoescape:
            return super().call(obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        if macro and not kwargs and len(args) <= obj.most:
            return _as_safe(Safe, obj._func(*args))
        return obj(*args, **kwargs)


_PLAIN = (FunctionType, BuiltinFunctionType)
_as_safe = str.__new__
"""What `Safe` does with a text, after it asked whether that has ways of its own to be HTML."""
_special = re.compile("[&<>'\"]").search


def shown(value: Any) -> str:
    """A value as HTML, as `markupsafe.escape` makes it, which copies what is HTML already."""
    if type(value) is Safe or (type(value) is str and not _special(value)):
        return value
    return str(value) if type(value) is int else escape(value)


CALLS_IN_A_CALL = 3
"""Calls within one from which on it is compiled as Jinja2 compiles it: a short way writes it twice.
"""


class Direct(Macro):
    """A macro of which the compiled code of a template knows when it may call what does the work.

    `most` is how many arguments it then takes, all by their position; fewer than none where it
    wants a call of Jinja2's.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        special = self.caller or self.catch_kwargs or self.catch_varargs
        self.most = -1 if special else len(self.arguments)
        if not special:
            self._func.__defaults__ = (missing,) * self.most


class Code(CodeGenerator):
    """Compiles templates so that what they show is copied where it is HTML, and else goes through
    `Environment.shown`; and so that a block is one text, which is not passed on piece by piece.
    """

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        """A template and each of its blocks put their pieces together at once."""
        whole = frame.buffer is None and (frame.rootlevel or frame.block_frame)
        if whole:
            self.buffer(frame)
        super().blockvisit(nodes, frame)
        if whole:
            self.writeline(f"yield concat({frame.buffer})")

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        """A block where nothing is to be asked about it."""
        if node.scoped or node.required or (frame.toplevel and self.extends_so_far):
            super().visit_Block(node, frame)
        else:
            made = f"context.blocks[{node.name!r}][0]({self.get_context_ref()})"
            self.writeline(f"{frame.buffer}.extend({made})", node)

    def write_commons(self) -> None:
        """What each function begins with."""
        super().write_commons()
        self.writeline("safe, special, shown, builtin, direct = environment.short_ways")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """The macro that `macro_body` wrote the function of."""
        self.write("environment.")
        super().macro_def(macro_ref, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("(v if type(v := ")
            self.write(finalize.src or "(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")) is Markup or type(v) is str and not special(v) else shown(v))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """`url(path)` at once where `url` is of Python itself, and wants nothing of Jinja2; and
        a macro at once where it takes what it is given.
        """
        match node:
            case nodes.Call(
                node=nodes.Name(), args=[only], kwargs=[], dyn_args=None, dyn_kwargs=None
            ) if not forward_caller and only.find(nodes.Call) is None:
                self.write("(f(")
                self.visit(only, frame)
                self.write(") if type(f := ")
                self.visit(node.node, frame)
                self.write(") is builtin else ")
                self._visit_macro(node, frame)
                self.write(")")
            case nodes.Call(kwargs=[], dyn_args=None, dyn_kwargs=None) if (
                not forward_caller and len(list(node.find_all(nodes.Call))) < CALLS_IN_A_CALL
            ):
                self._visit_macro(node, frame)
            case _:
                super().visit_Call(node, frame, forward_caller=forward_caller)

    def _visit_macro(self, node: nodes.Call, frame: Frame) -> None:
        self.write("(safe(Markup, f._func(")
        for one in node.args:
            self.visit(one, frame)
            self.write(", ")
        self.write(")) if type(f := ")
        self.visit(node.node, frame)
        wanted = f"f.most >= {len(node.args)} and context.eval_ctx.autoescape"
        self.write(f") is direct and {wanted} else ")
        # What is called was worked out just now; once more it might be another.
        called = object.__new__(nodes.InternalName)
        nodes.Node.__init__(called, "f")
        super().visit_Call(nodes.Call(called, node.args, [], None, None), frame)
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        """`a[0]` without a call where `a` is a list that has it."""
        match node:
            case nodes.Getitem(arg=nodes.Const(value=int(at))) if at >= 0:
                self.write(f"(v[{at}] if type(v := ")
                self.visit(node.node, frame)
                self.write(f") is list and len(v) > {at} else environment.getitem(v, {at}))")
            case _:
                super().visit_Getitem(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """`a.b` without a call where `a` is a dict that has `b`."""
        self.write(f"(v[{node.attr!r}] if type(v := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {node.attr!r} in v else environment.getattr(v, {node.attr!r}))")

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Say in the code whether the template is made of macros alone."""
        super().visit_Template(node, frame)
        self.writeline(f"lasting = {all(map(_lasting, node.body))}")


def _lasting(node: nodes.Node) -> bool:
    """Whether a part of a template is the same on every page, until it is called."""
    match node:
        case nodes.Macro():
            return True
        case nodes.FromImport(template=nodes.Const()):
            return not node.with_context
        case nodes.Output():
            return all(isinstance(one, nodes.TemplateData) for one in node.nodes)
        case _:
            return False


class Template(jinja2.Template):
    """A template whose macros are made once, if it holds nothing else, and not for every page
    that imports them. What they look up is that of the page.
    """

    lasting = False
    kept: tuple[Any, Any, TemplateModule] | None = None
    """The page that imported it last, what its macros look things up in, and these."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, globals: Any) -> Template:
        made = super()._from_namespace(environment, namespace, globals)
        assert isinstance(made, Template)
        made.lasting = namespace.get("lasting", False)
        return made

    def make_module(
        self, vars: Any = None, shared: bool = False, locals: Any = None
    ) -> TemplateModule:
        """What an import with context gets. A second one on a page gets macros of its own."""
        own = locals and any(one is not missing for one in locals.values())
        page = vars.get("page") if vars and shared and not own else None
        if not self.lasting or page is None:
            return super().make_module(vars, shared, locals)
        if self.kept and self.kept[0] is not page:
            _, context, module = self.kept
            context.parent = vars
        else:
            context = self.new_context(vars, shared, locals)
            module = TemplateModule(self, context)
        self.kept = page, context, module
        return module


class Environment(jinja2.Environment):
    """An environment in which `article.title` looks for the key of a dict before its methods.

    Nearly all that templates are given are dicts: asking each for an attribute first fails, and
    a failure costs more than the look-up.
    """

    context_class = Context
    template_class = Template
    code_generator_class = Code

    shown = staticmethod(shown)
    Macro = Direct
    short_ways = (_as_safe, _special, shown, BuiltinFunctionType, Direct)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template as one dict, which every page copies."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The key of a dict; else what Jinja2 finds."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        found = getattr(obj, attribute, missing)
        return super().getattr(obj, attribute) if found is missing else found

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> jinja2.Template:
        """A template by its name: every page asks for the same few."""
        if globals or self.auto_reload or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        if name not in self.loaded:
            self.loaded[name] = super().get_template(name, parent)
        return self.loaded[name]

    @cached_property
    def loaded(self) -> dict[str, jinja2.Template]:
        """The templates that were asked for."""
        return {}
