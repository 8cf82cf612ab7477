"""Jinja2 with short ways: what it makes of a template is the same, to the byte."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from types import BuiltinFunctionType, FunctionType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
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
        macro = type(obj) is Macro
        special = not macro and (type(obj) not in _PLAIN or hasattr(obj, "jinja_pass_arg"))
        if special or not self.eval_ctx.autoescape:
            return super().call(obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        if macro and not (kwargs or obj.caller or obj.catch_kwargs or obj.catch_varargs):
            lacking = len(obj.arguments) - len(args)
            if lacking >= 0:
                return _as_safe(Safe, obj._func(*args, *(missing,) * lacking))
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


class Code(CodeGenerator):
    """Compiles templates so that what they show is copied where it is HTML, and else goes through
    `Environment.shown`.
    """

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
            self.write(")) is Markup or type(v) is str and not environment.special(v)")
            self.write(" else environment.shown(v))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """`url(path)` at once where `url` is of Python itself, and wants nothing of Jinja2."""
        match node:
            case nodes.Call(
                node=nodes.Name(), args=[only], kwargs=[], dyn_args=None, dyn_kwargs=None
            ) if not forward_caller and only.find(nodes.Call) is None:
                self.write("(f(")
                self.visit(only, frame)
                self.write(") if type(f := ")
                self.visit(node.node, frame)
                self.write(") is environment.direct else ")
                super().visit_Call(node, frame)
                self.write(")")
            case _:
                super().visit_Call(node, frame, forward_caller=forward_caller)

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
    special = staticmethod(_special)
    direct = BuiltinFunctionType

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template as one dict, which every page copies."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The key of a dict; else what Jinja2 finds."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)
