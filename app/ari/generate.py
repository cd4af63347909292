"""Writes `models.py` and `operations.py` from the API description that an Asterisk carries or serves.

    python -m app.ari.generate [--check] SOURCE

SOURCE is a folder such as `/usr/share/asterisk/rest-api`, or the address of a running Asterisk such as
`http://user:password@127.0.0.1:8088/ari`. With `--check` nothing is written and drift ends with status 1.
"""

import argparse
import base64
import keyword
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec

RESOURCES = (
    "applications",
    "asterisk",
    "bridges",
    "channels",
    "deviceStates",
    "endpoints",
    "events",
    "mailboxes",
    "playbacks",
    "recordings",
    "sounds",
)

# These run in the channel's own thread and so wait while a prompt or recording occupies it.
MAY_WAIT = frozenset(
    {
        "bridges.addChannel",
        "bridges.removeChannel",
        "channels.answer",
        "channels.setChannelVar",
        "channels.setChannelVars",
    }
)

_SCALARS = {
    "string": "str",
    "int": "int",
    "long": "int",
    "double": "float",
    "boolean": "bool",
    "Date": "datetime",
    "object": "dict[str, Any]",
    "void": "None",
    "binary": "bytes",
}


class _AllowedValues(msgspec.Struct, rename={"kind": "valueType"}):
    kind: str
    values: list[str] = []


class _Parameter(msgspec.Struct, rename="camel"):
    name: str
    param_type: str
    data_type: str
    required: bool = False
    allow_multiple: bool = False
    allowable_values: _AllowedValues | None = None


class _Operation(msgspec.Struct, rename="camel"):
    http_method: str
    nickname: str
    response_class: str
    parameters: list[_Parameter] = []
    upgrade: str = ""


class _Path(msgspec.Struct):
    path: str
    operations: list[_Operation]


class _Property(msgspec.Struct):
    type: str
    required: bool = False


class _Model(msgspec.Struct, rename="camel"):
    properties: dict[str, _Property]
    sub_types: list[str] = []


class Resource(msgspec.Struct):
    """One file of the description: the requests below one path, and the models they name."""

    apis: list[_Path]
    models: dict[str, _Model] = {}


Description = dict[str, Resource]


def read_description(source: str) -> Description:
    """Read all resources from a folder or from a running Asterisk.

    Raises:
        OSError: The source cannot be read.
        msgspec.DecodeError: It is not an API description.
    """
    return {name: msgspec.json.decode(_read(source, f"{name}.json"), type=Resource) for name in RESOURCES}


def _read(source: str, name: str) -> bytes:
    if not source.startswith(("http://", "https://")):
        return Path(source, name).read_bytes()
    address = urlsplit(source)
    login = f"{address.username or ''}:{address.password or ''}".encode()
    bare = urlunsplit((address.scheme, address.netloc.rpartition("@")[2], address.path.rstrip("/"), "", ""))
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        f"{bare}/api-docs/{name}", headers={"Authorization": "Basic " + base64.b64encode(login).decode()}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the scheme is checked above
        content: bytes = answer.read()
        return content


_HEAD = '''"""{subject}

Made by `python -m app.ari.generate` from Asterisk's own API description; change the generator, not this file.
"""
'''


def models_source(description: Description) -> str:
    """Return the text of `models.py`."""
    models = {name: model for resource in description.values() for name, model in resource.models.items()}
    parents = {child: name for name, model in models.items() for child in model.sub_types}
    lines = [_HEAD.format(subject="What Asterisk sends: every model and every event of its REST interface.")]
    lines.append(
        "from __future__ import annotations\n\nfrom datetime import datetime\nfrom typing import Any, TypeAlias\n\nimport msgspec\n"
    )
    ordered = sorted(models, key=lambda name: (_depth(name, parents), name))
    lines.extend(_model_source(name, models[name], parents, models) for name in ordered)
    events = sorted(child for child in parents if not models[child].sub_types)
    lines.append("\nKnownEvent: TypeAlias = (\n    " + "\n    | ".join(events) + "\n)")
    return "\n".join(lines) + "\n"


def _depth(name: str, parents: dict[str, str]) -> int:
    return 1 + _depth(parents[name], parents) if name in parents else 0


def _model_source(name: str, model: _Model, parents: dict[str, str], models: dict[str, _Model]) -> str:
    base = parents.get(name, "msgspec.Struct")
    options = "frozen=True, kw_only=True"
    if model.sub_types and name not in parents:
        options += ', tag=True, tag_field="type"'
    inherited = _inherited(name, parents, models) | ({"type"} if model.sub_types else set())
    properties = sorted(item for item in model.properties.items() if item[0] not in inherited)
    body = "\n".join(_field_source(field, about) for field, about in properties) or "    pass"
    return f"\nclass {name}({base}, {options}):\n{body}\n"


def _inherited(name: str, parents: dict[str, str], models: dict[str, _Model]) -> set[str]:
    if name not in parents:
        return set()
    parent = parents[name]
    return set(models[parent].properties) | _inherited(parent, parents, models)


def _field_source(name: str, about: _Property) -> str:
    python_name = _python_name(name)
    python_type = _python_type(about.type)
    renamed = f'name="{name}"' if python_name != name else ""
    if about.required:
        return f"    {python_name}: {python_type}" + (f" = msgspec.field({renamed})" if renamed else "")
    default = f"msgspec.field(default=None, {renamed})" if renamed else "None"
    return f"    {python_name}: {python_type} | None = {default}"


def operations_source(description: Description) -> str:
    """Return the text of `operations.py`."""
    choices = _Choices()
    classes = [_class_source(name, resource, choices) for name, resource in description.items()]
    used = sorted(_answered_models(description))
    lines = [
        _HEAD.format(
            subject="Every request that Asterisk's REST interface takes, typed and grouped by resource."
        )
    ]
    lines.append(
        "from collections.abc import Mapping, Sequence\n"
        "from typing import Any, Literal, TypeAlias\n\n"
        "from app.ari.models import (\n" + "".join(f"    {name},\n" for name in used) + ")\n"
        "from app.ari.outcome import Outcome\n"
        "from app.ari.rest import Rest, part\n"
        "from app.ari.transport import Lane, Transport\n\n" + "\n".join(choices.sources()) + "\n"
    )
    lines.extend(classes)
    attributes = "".join(f"        self.{_snake(name)} = {_class_name(name)}(rest)\n" for name in description)
    lines.append(
        '\nclass Ari:\n    """All operations of one Asterisk over one transport."""\n\n'
        "    def __init__(self, transport: Transport) -> None:\n        rest = Rest(transport)\n" + attributes
    )
    return "\n".join(lines)


def _answered_models(description: Description) -> set[str]:
    operations = [
        operation
        for resource in description.values()
        for path in resource.apis
        for operation in path.operations
        if not operation.upgrade
    ]
    named = {re.sub(r"List\[(\w+)\]", r"\1", operation.response_class) for operation in operations}
    return named - set(_SCALARS)


class _Choices:
    """The named sets of values that parameters allow; equal sets share the first name."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, ...], str] = {}

    def name(self, operation: _Operation, parameter: _Parameter, values: list[str]) -> str:
        own = _pascal(operation.nickname) + _pascal(parameter.name)
        return self._names.setdefault(tuple(values), own)

    def sources(self) -> Iterator[str]:
        for values, name in sorted(self._names.items(), key=lambda item: item[1]):
            if len(values) == 1:
                yield f'{name}: TypeAlias = Literal["{values[0]}"]'
            else:
                yield (
                    f"{name}: TypeAlias = Literal[\n" + "".join(f'    "{value}",\n' for value in values) + "]"
                )


def _class_source(name: str, resource: Resource, choices: _Choices) -> str:
    methods = [
        _method_source(name, path.path, operation, choices)
        for path in resource.apis
        for operation in path.operations
        if not operation.upgrade  # the events socket: app/ari/connection.py
    ]
    return (
        f'\nclass {_class_name(name)}:\n    """Requests below /{name}."""\n\n'
        "    def __init__(self, rest: Rest) -> None:\n        self._call = rest.call\n\n" + "\n".join(methods)
    )


def _method_source(resource: str, path: str, operation: _Operation, choices: _Choices) -> str:
    result = _python_type(operation.response_class)
    lane = "SLOW" if f"{resource}.{operation.nickname}" in MAY_WAIT else "NORMAL"
    ordered = sorted(operation.parameters, key=lambda parameter: not _is_required(parameter))
    signature = [_argument_source(operation, parameter, choices) for parameter in ordered]
    lines = [f"    async def {_snake(operation.nickname)}(", "        self,", "        *,"]
    lines += [f"        {argument}," for argument in signature]
    lines += [f"        lane: Lane = Lane.{lane},", f"    ) -> Outcome[{result}]:"]
    lines += [f'        """{operation.http_method} {path}."""', "        return await self._call("]
    lines += [f"            {'type(None)' if result == 'None' else result},", "            lane,"]
    lines += [f'            "{operation.http_method}",', f"            {_path_source(path)},"]
    if query := [p for p in operation.parameters if p.param_type == "query"]:
        lines += ["            {"]
        lines += [f'                "{p.name}": {_python_name(_snake(p.name))},' for p in query]
        lines += ["            },"]
    if body := [p for p in operation.parameters if p.param_type == "body"]:
        lines += [f"            body={_body_source(body[0])},"]
    return "\n".join([*lines, "        )", ""])


def _is_required(parameter: _Parameter) -> bool:
    return parameter.required or parameter.param_type == "path"


def _argument_source(operation: _Operation, parameter: _Parameter, choices: _Choices) -> str:
    if parameter.param_type == "body":
        python_type = "Mapping[str, Any]" if parameter.data_type == "object" else "Mapping[str, str]"
        if operation.nickname == "updateObject":
            python_type = "Sequence[Mapping[str, str]]"
    else:
        python_type = _SCALARS[parameter.data_type]
    allowed = parameter.allowable_values
    if allowed is not None and allowed.kind == "LIST" and parameter.data_type == "string":
        python_type = choices.name(operation, parameter, allowed.values)
    if parameter.allow_multiple:
        python_type = f"Sequence[{python_type}]"
    name = _python_name(_snake(parameter.name))
    return f"{name}: {python_type}" if _is_required(parameter) else f"{name}: {python_type} | None = None"


def _path_source(path: str) -> str:
    quoted = re.sub(r"\{(\w+)\}", lambda found: "{part(" + _python_name(_snake(found[1])) + ")}", path)
    return f'f"{quoted}"' if quoted != path else f'"{path}"'


def _body_source(parameter: _Parameter) -> str:
    """A `containers` parameter is wrapped under its own name; an `object` is the body itself."""
    name = _python_name(_snake(parameter.name))
    if parameter.data_type == "object":
        return name
    wrapped = f'{{"{parameter.name}": {name}}}'
    return wrapped if parameter.required else f"None if {name} is None else {wrapped}"


def _python_type(name: str) -> str:
    if found := re.fullmatch(r"List\[(\w+)\]", name):
        return f"tuple[{_python_type(found[1])}, ...]"
    return _SCALARS.get(name, name)


def _python_name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _class_name(resource: str) -> str:
    return _pascal(resource)


def main(arguments: list[str] | None = None) -> int:
    """Write both files, or with `--check` only compare them; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.ari.generate")
    parser.add_argument("source", help="folder or address of Asterisk's API description")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the files differ")
    options = parser.parse_args(arguments)
    description = read_description(options.source)
    here = Path(__file__).parent
    files = {
        here / "models.py": models_source(description),
        here / "operations.py": operations_source(description),
    }
    differing = [file for file, text in files.items() if not file.exists() or file.read_text("utf-8") != text]
    for file in differing:
        if not options.check:
            file.write_text(files[file], "utf-8")
        print(f"{file.name}: {'differs' if options.check else 'written'}")
    return 1 if options.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
