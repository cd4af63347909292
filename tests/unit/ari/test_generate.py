"""The generator, on a description of its own."""

import msgspec

from app.ari.generate import Description, Resource, models_source, operations_source

CHANNELS = b"""
{"apis": [{"path": "/channels/{channelId}", "operations": [
   {"httpMethod": "POST", "nickname": "originateWithId", "responseClass": "Channel", "parameters": [
      {"name": "timeout", "paramType": "query", "dataType": "int"},
      {"name": "from", "paramType": "query", "dataType": "string", "required": true},
      {"name": "channelId", "paramType": "path", "dataType": "string", "required": true},
      {"name": "media", "paramType": "query", "dataType": "string", "allowMultiple": true},
      {"name": "variables", "paramType": "body", "dataType": "containers"},
      {"name": "side", "paramType": "query", "dataType": "string",
       "allowableValues": {"valueType": "LIST", "values": ["in", "out"]}}]},
   {"httpMethod": "GET", "nickname": "list", "responseClass": "List[Channel]"},
   {"httpMethod": "DELETE", "nickname": "hangup", "responseClass": "void"}]}],
 "models": {
   "Message": {"properties": {"type": {"type": "string", "required": true}}, "subTypes": ["Ended"]},
   "Ended": {"properties": {"from": {"type": "Channel", "required": true}, "soft": {"type": "boolean"}}},
   "Channel": {"properties": {"id": {"type": "string", "required": true}, "born": {"type": "Date"}}}}}
"""


def description() -> Description:
    return {"channels": msgspec.json.decode(CHANNELS, type=Resource)}


def test_models_become_structs_with_their_events_tagged_by_type() -> None:
    source = models_source(description())

    assert 'class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="type"):' in source
    assert "class Ended(Message, frozen=True, kw_only=True):" in source
    assert '    from_: Channel = msgspec.field(name="from")\n    soft: bool | None = None\n' in source
    assert "    born: datetime | None = None\n    id: str\n" in source
    assert "KnownEvent: TypeAlias = (\n    Ended\n)" in source


def test_operations_become_methods_with_required_arguments_first() -> None:
    source = operations_source(description())

    begin = source.index("    async def originate_with_id(")
    signature = source[begin : source.index(":\n", source.index("->", begin))]
    assert [line.strip() for line in signature.splitlines()] == [
        "async def originate_with_id(",
        "self,",
        "*,",
        "from_: str,",
        "channel_id: str,",
        "timeout: int | None = None,",
        "media: Sequence[str] | None = None,",
        "variables: Mapping[str, str] | None = None,",
        "side: OriginateWithIdSide | None = None,",
        "lane: Lane = Lane.NORMAL,",
        ") -> Outcome[Channel]",
    ]
    assert 'f"/channels/{part(channel_id)}",' in source
    assert '"from": from_,' in source
    assert 'body=None if variables is None else {"variables": variables},' in source


def test_results_are_typed_and_the_same_input_gives_the_same_text() -> None:
    source = operations_source(description())

    assert ") -> Outcome[tuple[Channel, ...]]:" in source
    assert ") -> Outcome[None]:" in source
    assert source == operations_source(description())
