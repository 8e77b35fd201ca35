"""Comments: what is written beside a setting in the source is what people read of it.

A setting's meaning stands in one place: the comment at the end of its line in the dataclass.
"""

import ast
import inspect
import io
import textwrap
import tokenize
from typing import Any


def of_fields(group: type[Any]) -> dict[str, str]:
    """Return field name → the comment on its line; nothing where the source is not at hand."""
    try:
        source = textwrap.dedent(inspect.getsource(group))
    except (OSError, TypeError):
        return {}
    lines = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - getsource of a class
    return {
        statement.target.id: lines[statement.end_lineno]
        for statement in definition.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.end_lineno in lines
    }
